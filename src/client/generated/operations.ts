// Generated from openapi/openapi.json by `npm run openapi`.
export const operations = {
  "adapter": {
    "registerClient": {
      "method": "POST",
      "path": "/api/v1/auth/register",
      "security": [
        [
          "AdapterAdmin"
        ]
      ]
    },
    "issueToken": {
      "method": "POST",
      "path": "/api/v1/auth/token",
      "security": []
    },
    "revokeToken": {
      "method": "POST",
      "path": "/api/v1/auth/revoke",
      "security": [
        [
          "AdapterClient"
        ]
      ]
    },
    "listClients": {
      "method": "GET",
      "path": "/api/v1/auth/clients",
      "security": [
        [
          "AdapterAdmin"
        ]
      ],
      "pages": {
        "by": "cursor",
        "items": [
          "clients"
        ],
        "next": [
          "nextCursor"
        ]
      }
    },
    "getClient": {
      "method": "GET",
      "path": "/api/v1/auth/clients/{clientId}",
      "security": [
        [
          "AdapterAdmin"
        ]
      ]
    },
    "updateClient": {
      "method": "PATCH",
      "path": "/api/v1/auth/clients/{clientId}",
      "security": [
        [
          "AdapterAdmin"
        ]
      ]
    },
    "revokeClient": {
      "method": "DELETE",
      "path": "/api/v1/auth/clients/{clientId}",
      "security": [
        [
          "AdapterAdmin"
        ]
      ]
    },
    "rotateClientSecret": {
      "method": "POST",
      "path": "/api/v1/auth/clients/{clientId}/rotate",
      "security": [
        [
          "AdapterAdmin"
        ]
      ]
    },
    "registerClientToken": {
      "method": "POST",
      "path": "/api/v1/auth/clients/{clientId}/tokens",
      "security": [
        [
          "AdapterAdmin"
        ]
      ]
    },
    "listClientTokens": {
      "method": "GET",
      "path": "/api/v1/auth/clients/{clientId}/tokens",
      "security": [
        [
          "AdapterAdmin"
        ]
      ],
      "pages": {
        "by": "cursor",
        "items": [
          "tokens"
        ],
        "next": [
          "nextCursor"
        ]
      }
    },
    "createWallet": {
      "method": "POST",
      "path": "/api/v1/wallet/create",
      "security": [
        [
          "AdapterClient"
        ]
      ]
    },
    "getWallet": {
      "method": "GET",
      "path": "/api/v1/wallet",
      "security": [
        [
          "AdapterClient"
        ]
      ]
    },
    "getBalance": {
      "method": "GET",
      "path": "/api/v1/wallet/balance",
      "security": [
        [
          "AdapterClient"
        ]
      ]
    },
    "listWalletTransactions": {
      "method": "GET",
      "path": "/api/v1/wallet/transactions",
      "security": [
        [
          "AdapterClient"
        ]
      ],
      "pages": {
        "by": "cursor",
        "items": [
          "transactions"
        ],
        "next": [
          "nextCursor"
        ]
      }
    },
    "transferTokens": {
      "method": "POST",
      "path": "/api/v1/wallet/transfer",
      "security": [
        [
          "AdapterClient"
        ]
      ],
      "idempotency": {
        "in": "header",
        "name": "x-idempotency-key"
      }
    },
    "signMint": {
      "method": "POST",
      "path": "/api/v1/mint/sign",
      "security": [
        [
          "AdapterClient"
        ]
      ]
    },
    "executeMint": {
      "method": "POST",
      "path": "/api/v1/mint/execute",
      "security": [
        [
          "AdapterClient"
        ]
      ],
      "idempotency": {
        "in": "header",
        "name": "x-idempotency-key"
      }
    },
    "getMintStatus": {
      "method": "GET",
      "path": "/api/v1/mint/status/{receiptId}",
      "security": [
        [
          "AdapterClient"
        ]
      ]
    },
    "externalSignMint": {
      "method": "POST",
      "path": "/api/v1/external/sign-mint",
      "security": [
        [
          "AdapterClient"
        ]
      ]
    },
    "executeClaim": {
      "method": "POST",
      "path": "/api/v1/claims/execute",
      "security": [
        [
          "AdapterClient"
        ]
      ],
      "idempotency": {
        "in": "header",
        "name": "x-idempotency-key"
      }
    },
    "getClaim": {
      "method": "GET",
      "path": "/api/v1/claims/{claimId}",
      "security": [
        [
          "AdapterClient"
        ]
      ]
    },
    "verifyClaim": {
      "method": "POST",
      "path": "/api/v1/claims/verify",
      "security": [
        [
          "AdapterClient"
        ]
      ]
    },
    "releaseClaim": {
      "method": "POST",
      "path": "/api/v1/claims/{claimId}/release",
      "security": [
        [
          "AdapterClient"
        ]
      ],
      "idempotency": {
        "in": "header",
        "name": "x-idempotency-key"
      }
    },
    "getTransaction": {
      "method": "GET",
      "path": "/api/v1/transactions/{id}",
      "security": [
        [
          "AdapterClient"
        ]
      ]
    },
    "getPublicOpenApi": {
      "method": "GET",
      "path": "/api/v1/openapi/public",
      "security": []
    }
  },
  "facilitator": {
    "getHealth": {
      "method": "GET",
      "path": "/health",
      "security": []
    },
    "getReady": {
      "method": "GET",
      "path": "/ready",
      "security": []
    },
    "getMetrics": {
      "method": "GET",
      "path": "/metrics",
      "security": [
        [
          "FacilitatorAdmin"
        ]
      ],
      "answer": "text"
    },
    "getStatus": {
      "method": "GET",
      "path": "/api/v1/status",
      "security": []
    },
    "listPaymentNetworks": {
      "method": "GET",
      "path": "/api/v1/networks",
      "security": []
    },
    "getPaymentNetwork": {
      "method": "GET",
      "path": "/api/v1/networks/{id}",
      "security": []
    },
    "listAssets": {
      "method": "GET",
      "path": "/api/v1/assets",
      "security": []
    },
    "getSupported": {
      "method": "GET",
      "path": "/api/v1/supported",
      "security": [
        [
          "FacilitatorClientId",
          "FacilitatorClientToken"
        ]
      ]
    },
    "verifyPayment": {
      "method": "POST",
      "path": "/api/v1/verify",
      "security": [
        [
          "FacilitatorClientId",
          "FacilitatorClientToken"
        ]
      ]
    },
    "settlePayment": {
      "method": "POST",
      "path": "/api/v1/settle",
      "security": [
        [
          "FacilitatorClientId",
          "FacilitatorClientToken"
        ]
      ],
      "idempotency": {
        "in": "header",
        "name": "idempotency-key"
      }
    },
    "signUp": {
      "method": "POST",
      "path": "/api/v1/signup",
      "security": []
    },
    "logIn": {
      "method": "POST",
      "path": "/api/v1/login",
      "security": []
    },
    "refreshAccess": {
      "method": "POST",
      "path": "/api/v1/token/refresh",
      "security": []
    },
    "logOut": {
      "method": "POST",
      "path": "/api/v1/logout",
      "security": []
    },
    "createMerchantClient": {
      "method": "POST",
      "path": "/api/v1/clients",
      "security": [
        [
          "FacilitatorUser"
        ]
      ]
    },
    "listMerchantClients": {
      "method": "GET",
      "path": "/api/v1/clients",
      "security": [
        [
          "FacilitatorUser"
        ]
      ],
      "pages": {
        "by": "offset",
        "items": [
          "data"
        ],
        "size": 20
      }
    },
    "rotateMerchantClient": {
      "method": "POST",
      "path": "/api/v1/clients/{id}/rotate",
      "security": [
        [
          "FacilitatorUser"
        ]
      ]
    },
    "deleteMerchantClient": {
      "method": "DELETE",
      "path": "/api/v1/clients/{id}",
      "security": [
        [
          "FacilitatorUser"
        ]
      ]
    },
    "listSettlements": {
      "method": "GET",
      "path": "/api/v1/settlements",
      "security": [
        [
          "FacilitatorUser"
        ],
        [
          "FacilitatorClientId",
          "FacilitatorClientToken"
        ]
      ],
      "pages": {
        "by": "cursor",
        "items": [
          "data",
          "settlements"
        ],
        "next": [
          "data",
          "nextCursor"
        ]
      }
    },
    "getSettlement": {
      "method": "GET",
      "path": "/api/v1/settlements/{id}",
      "security": [
        [
          "FacilitatorUser"
        ],
        [
          "FacilitatorClientId",
          "FacilitatorClientToken"
        ]
      ]
    },
    "createResource": {
      "method": "POST",
      "path": "/api/v1/resources",
      "security": [
        [
          "FacilitatorUser"
        ]
      ]
    },
    "listResources": {
      "method": "GET",
      "path": "/api/v1/resources",
      "security": [],
      "pages": {
        "by": "offset",
        "items": [
          "data",
          "resources"
        ],
        "size": 100
      }
    },
    "listOwnResources": {
      "method": "GET",
      "path": "/api/v1/users/resources",
      "security": [
        [
          "FacilitatorUser"
        ]
      ],
      "pages": {
        "by": "offset",
        "items": [
          "data",
          "resources"
        ],
        "size": 100
      }
    },
    "getResource": {
      "method": "GET",
      "path": "/api/v1/resources/{id}",
      "security": [
        [
          "FacilitatorUser"
        ]
      ]
    },
    "updateResource": {
      "method": "PUT",
      "path": "/api/v1/resources/{id}",
      "security": [
        [
          "FacilitatorUser"
        ]
      ]
    },
    "deleteResource": {
      "method": "DELETE",
      "path": "/api/v1/resources/{id}",
      "security": [
        [
          "FacilitatorUser"
        ]
      ]
    },
    "listDiscoveryResources": {
      "method": "GET",
      "path": "/api/v1/discovery/resources",
      "security": [],
      "pages": {
        "by": "offset",
        "items": [
          "items"
        ],
        "size": 20
      }
    },
    "searchDiscoveryResources": {
      "method": "GET",
      "path": "/api/v1/discovery/search",
      "security": [],
      "pages": {
        "by": "cursor",
        "items": [
          "resources"
        ],
        "next": [
          "nextCursor"
        ]
      }
    },
    "getDailyMetrics": {
      "method": "GET",
      "path": "/api/v1/metrics/daily",
      "security": [
        [
          "FacilitatorUser"
        ]
      ]
    },
    "getMonthlyMetrics": {
      "method": "GET",
      "path": "/api/v1/metrics/monthly",
      "security": [
        [
          "FacilitatorUser"
        ]
      ]
    },
    "getMetricsSummary": {
      "method": "GET",
      "path": "/api/v1/metrics/summary",
      "security": [
        [
          "FacilitatorUser"
        ]
      ]
    },
    "getDailyPaymentMetrics": {
      "method": "GET",
      "path": "/api/v1/x402-metrics/daily",
      "security": [
        [
          "FacilitatorUser"
        ]
      ]
    },
    "getMonthlyPaymentMetrics": {
      "method": "GET",
      "path": "/api/v1/x402-metrics/monthly",
      "security": [
        [
          "FacilitatorUser"
        ]
      ]
    },
    "getPaymentMetricsSummary": {
      "method": "GET",
      "path": "/api/v1/x402-metrics/summary",
      "security": [
        [
          "FacilitatorUser"
        ]
      ]
    },
    "createUser": {
      "method": "POST",
      "path": "/admin/users",
      "security": [
        [
          "FacilitatorAdmin"
        ]
      ]
    },
    "listUsers": {
      "method": "GET",
      "path": "/admin/users",
      "security": [
        [
          "FacilitatorAdmin"
        ]
      ],
      "pages": {
        "by": "offset",
        "items": [
          "data"
        ],
        "size": 20
      }
    },
    "getUser": {
      "method": "GET",
      "path": "/admin/users/{id}",
      "security": [
        [
          "FacilitatorAdmin"
        ]
      ]
    },
    "updateUser": {
      "method": "PATCH",
      "path": "/admin/users/{id}",
      "security": [
        [
          "FacilitatorAdmin"
        ]
      ]
    },
    "deleteUser": {
      "method": "DELETE",
      "path": "/admin/users/{id}",
      "security": [
        [
          "FacilitatorAdmin"
        ]
      ]
    },
    "registerAsset": {
      "method": "POST",
      "path": "/admin/assets",
      "security": [
        [
          "FacilitatorAdmin"
        ]
      ]
    },
    "listAllAssets": {
      "method": "GET",
      "path": "/admin/assets",
      "security": [
        [
          "FacilitatorAdmin"
        ]
      ]
    },
    "getAsset": {
      "method": "GET",
      "path": "/admin/assets/{id}",
      "security": [
        [
          "FacilitatorAdmin"
        ]
      ]
    },
    "updateAsset": {
      "method": "PATCH",
      "path": "/admin/assets/{id}",
      "security": [
        [
          "FacilitatorAdmin"
        ]
      ]
    },
    "deleteAsset": {
      "method": "DELETE",
      "path": "/admin/assets/{id}",
      "security": [
        [
          "FacilitatorAdmin"
        ]
      ]
    },
    "listSigners": {
      "method": "GET",
      "path": "/admin/signers",
      "security": [
        [
          "FacilitatorAdmin"
        ]
      ]
    },
    "pauseNetwork": {
      "method": "POST",
      "path": "/admin/networks/{id}/pause",
      "security": [
        [
          "FacilitatorAdmin"
        ]
      ]
    },
    "resumeNetwork": {
      "method": "POST",
      "path": "/admin/networks/{id}/resume",
      "security": [
        [
          "FacilitatorAdmin"
        ]
      ]
    },
    "listAudit": {
      "method": "GET",
      "path": "/admin/audit",
      "security": [
        [
          "FacilitatorAdmin"
        ]
      ],
      "pages": {
        "by": "cursor",
        "items": [
          "data",
          "entries"
        ],
        "next": [
          "data",
          "nextCursor"
        ]
      }
    }
  },
  "platform": {
    "registerAccount": {
      "method": "POST",
      "path": "/auth/register",
      "security": []
    },
    "logInAccount": {
      "method": "POST",
      "path": "/auth/login",
      "security": []
    },
    "refreshSession": {
      "method": "POST",
      "path": "/auth/refresh",
      "security": []
    },
    "logOutAccount": {
      "method": "POST",
      "path": "/auth/logout",
      "security": [
        [
          "PlatformUser"
        ]
      ]
    },
    "getMe": {
      "method": "GET",
      "path": "/auth/me",
      "security": [
        [
          "PlatformUser"
        ]
      ]
    },
    "updateMe": {
      "method": "PATCH",
      "path": "/auth/me",
      "security": [
        [
          "PlatformUser"
        ]
      ]
    },
    "listSessions": {
      "method": "GET",
      "path": "/auth/sessions",
      "security": [
        [
          "PlatformUser"
        ]
      ]
    },
    "revokeSession": {
      "method": "DELETE",
      "path": "/auth/sessions/{id}",
      "security": [
        [
          "PlatformUser"
        ]
      ]
    },
    "getSiweNonce": {
      "method": "GET",
      "path": "/auth/siwe/nonce",
      "security": []
    },
    "verifySiwe": {
      "method": "POST",
      "path": "/auth/siwe/verify",
      "security": [
        [
          "PlatformUser"
        ],
        []
      ]
    },
    "getPasskeyChallenge": {
      "method": "GET",
      "path": "/auth/passkey/challenge",
      "security": [
        [
          "PlatformUser"
        ],
        []
      ]
    },
    "verifyPasskey": {
      "method": "POST",
      "path": "/auth/passkey/verify",
      "security": [
        [
          "PlatformUser"
        ],
        []
      ]
    },
    "listPasskeys": {
      "method": "GET",
      "path": "/auth/passkeys",
      "security": [
        [
          "PlatformUser"
        ]
      ]
    },
    "deletePasskey": {
      "method": "DELETE",
      "path": "/auth/passkeys/{id}",
      "security": [
        [
          "PlatformUser"
        ]
      ]
    },
    "forgotPassword": {
      "method": "POST",
      "path": "/auth/password/forgot",
      "security": []
    },
    "resetPassword": {
      "method": "POST",
      "path": "/auth/password/reset",
      "security": []
    },
    "createApiKey": {
      "method": "POST",
      "path": "/v1/api_keys",
      "security": [
        [
          "PlatformUser"
        ]
      ]
    },
    "listApiKeys": {
      "method": "GET",
      "path": "/v1/api_keys",
      "security": [
        [
          "PlatformUser"
        ]
      ],
      "pages": {
        "by": "starting_after",
        "items": [
          "data"
        ]
      }
    },
    "getApiKey": {
      "method": "GET",
      "path": "/v1/api_keys/{id}",
      "security": [
        [
          "PlatformUser"
        ]
      ]
    },
    "updateApiKey": {
      "method": "PATCH",
      "path": "/v1/api_keys/{id}",
      "security": [
        [
          "PlatformUser"
        ]
      ]
    },
    "revokeApiKey": {
      "method": "DELETE",
      "path": "/v1/api_keys/{id}",
      "security": [
        [
          "PlatformUser"
        ]
      ]
    },
    "rotateApiKey": {
      "method": "POST",
      "path": "/v1/api_keys/{id}/rotate",
      "security": [
        [
          "PlatformUser"
        ]
      ]
    },
    "getApiKeyUsage": {
      "method": "GET",
      "path": "/v1/api_keys/{id}/usage",
      "security": [
        [
          "PlatformUser"
        ]
      ]
    },
    "listNetworks": {
      "method": "GET",
      "path": "/v1/networks",
      "security": [
        [
          "PlatformKey"
        ]
      ]
    },
    "getNetwork": {
      "method": "GET",
      "path": "/v1/networks/{id}",
      "security": [
        [
          "PlatformKey"
        ]
      ]
    },
    "createPlatformWallet": {
      "method": "POST",
      "path": "/v1/wallets",
      "security": [
        [
          "PlatformKey"
        ]
      ]
    },
    "listPlatformWallets": {
      "method": "GET",
      "path": "/v1/wallets",
      "security": [
        [
          "PlatformKey"
        ]
      ],
      "pages": {
        "by": "starting_after",
        "items": [
          "data"
        ]
      }
    },
    "getPlatformWallet": {
      "method": "GET",
      "path": "/v1/wallets/{id}",
      "security": [
        [
          "PlatformKey"
        ]
      ]
    },
    "listWalletBalances": {
      "method": "GET",
      "path": "/v1/wallets/{id}/balances",
      "security": [
        [
          "PlatformKey"
        ]
      ]
    },
    "signMessage": {
      "method": "POST",
      "path": "/v1/wallets/{id}/sign_message",
      "security": [
        [
          "PlatformKey"
        ]
      ]
    },
    "signTypedData": {
      "method": "POST",
      "path": "/v1/wallets/{id}/sign_typed_data",
      "security": [
        [
          "PlatformKey"
        ]
      ]
    },
    "listEvents": {
      "method": "GET",
      "path": "/v1/events",
      "security": [
        [
          "PlatformKey"
        ]
      ],
      "pages": {
        "by": "starting_after",
        "items": [
          "data"
        ]
      }
    },
    "streamEvents": {
      "method": "GET",
      "path": "/v1/events/stream",
      "security": [
        [
          "PlatformKey"
        ]
      ],
      "answer": "events"
    },
    "getEvent": {
      "method": "GET",
      "path": "/v1/events/{id}",
      "security": [
        [
          "PlatformKey"
        ]
      ]
    },
    "createWebhookEndpoint": {
      "method": "POST",
      "path": "/v1/webhook_endpoints",
      "security": [
        [
          "PlatformKey"
        ]
      ]
    },
    "listWebhookEndpoints": {
      "method": "GET",
      "path": "/v1/webhook_endpoints",
      "security": [
        [
          "PlatformKey"
        ]
      ],
      "pages": {
        "by": "starting_after",
        "items": [
          "data"
        ]
      }
    },
    "getWebhookEndpoint": {
      "method": "GET",
      "path": "/v1/webhook_endpoints/{id}",
      "security": [
        [
          "PlatformKey"
        ]
      ]
    },
    "updateWebhookEndpoint": {
      "method": "PATCH",
      "path": "/v1/webhook_endpoints/{id}",
      "security": [
        [
          "PlatformKey"
        ]
      ]
    },
    "deleteWebhookEndpoint": {
      "method": "DELETE",
      "path": "/v1/webhook_endpoints/{id}",
      "security": [
        [
          "PlatformKey"
        ]
      ]
    },
    "rotateWebhookSecret": {
      "method": "POST",
      "path": "/v1/webhook_endpoints/{id}/rotate_secret",
      "security": [
        [
          "PlatformKey"
        ]
      ]
    },
    "testWebhookEndpoint": {
      "method": "POST",
      "path": "/v1/webhook_endpoints/{id}/test",
      "security": [
        [
          "PlatformKey"
        ]
      ]
    },
    "replayWebhookEvents": {
      "method": "POST",
      "path": "/v1/webhook_endpoints/{id}/replay",
      "security": [
        [
          "PlatformKey"
        ]
      ]
    },
    "listWebhookDeliveries": {
      "method": "GET",
      "path": "/v1/webhook_endpoints/{id}/deliveries",
      "security": [
        [
          "PlatformKey"
        ]
      ],
      "pages": {
        "by": "starting_after",
        "items": [
          "data"
        ]
      }
    },
    "getWebhookDelivery": {
      "method": "GET",
      "path": "/v1/webhook_deliveries/{id}",
      "security": [
        [
          "PlatformKey"
        ]
      ]
    },
    "redeliverWebhook": {
      "method": "POST",
      "path": "/v1/webhook_deliveries/{id}/redeliver",
      "security": [
        [
          "PlatformKey"
        ]
      ]
    },
    "deployToken": {
      "method": "POST",
      "path": "/v1/tokens",
      "security": [
        [
          "PlatformKey"
        ]
      ],
      "idempotency": {
        "in": "body",
        "name": "idempotency_key"
      }
    },
    "listTokens": {
      "method": "GET",
      "path": "/v1/tokens",
      "security": [
        [
          "PlatformKey"
        ]
      ],
      "pages": {
        "by": "starting_after",
        "items": [
          "data"
        ]
      }
    },
    "getToken": {
      "method": "GET",
      "path": "/v1/tokens/{id}",
      "security": [
        [
          "PlatformKey"
        ]
      ]
    },
    "pauseToken": {
      "method": "POST",
      "path": "/v1/tokens/{id}/pause",
      "security": [
        [
          "PlatformKey"
        ]
      ],
      "idempotency": {
        "in": "body",
        "name": "idempotency_key"
      }
    },
    "unpauseToken": {
      "method": "POST",
      "path": "/v1/tokens/{id}/unpause",
      "security": [
        [
          "PlatformKey"
        ]
      ],
      "idempotency": {
        "in": "body",
        "name": "idempotency_key"
      }
    },
    "setTokenRoyalty": {
      "method": "POST",
      "path": "/v1/tokens/{id}/royalty",
      "security": [
        [
          "PlatformKey"
        ]
      ],
      "idempotency": {
        "in": "body",
        "name": "idempotency_key"
      }
    },
    "transferTokenOwnership": {
      "method": "POST",
      "path": "/v1/tokens/{id}/transfer_ownership",
      "security": [
        [
          "PlatformKey"
        ]
      ],
      "idempotency": {
        "in": "body",
        "name": "idempotency_key"
      }
    },
    "mintToken": {
      "method": "POST",
      "path": "/v1/tokens/{id}/mint",
      "security": [
        [
          "PlatformKey"
        ]
      ],
      "idempotency": {
        "in": "body",
        "name": "idempotency_key"
      }
    },
    "transferToken": {
      "method": "POST",
      "path": "/v1/tokens/{id}/transfer",
      "security": [
        [
          "PlatformKey"
        ]
      ],
      "idempotency": {
        "in": "body",
        "name": "idempotency_key"
      }
    },
    "burnToken": {
      "method": "POST",
      "path": "/v1/tokens/{id}/burn",
      "security": [
        [
          "PlatformKey"
        ]
      ],
      "idempotency": {
        "in": "body",
        "name": "idempotency_key"
      }
    },
    "approveToken": {
      "method": "POST",
      "path": "/v1/tokens/{id}/approve",
      "security": [
        [
          "PlatformKey"
        ]
      ],
      "idempotency": {
        "in": "body",
        "name": "idempotency_key"
      }
    },
    "mintTokenBatch": {
      "method": "POST",
      "path": "/v1/tokens/{id}/mint_batch",
      "security": [
        [
          "PlatformKey"
        ]
      ],
      "idempotency": {
        "in": "body",
        "name": "idempotency_key"
      }
    },
    "transferTokenBatch": {
      "method": "POST",
      "path": "/v1/tokens/{id}/transfer_batch",
      "security": [
        [
          "PlatformKey"
        ]
      ],
      "idempotency": {
        "in": "body",
        "name": "idempotency_key"
      }
    },
    "burnTokenBatch": {
      "method": "POST",
      "path": "/v1/tokens/{id}/burn_batch",
      "security": [
        [
          "PlatformKey"
        ]
      ],
      "idempotency": {
        "in": "body",
        "name": "idempotency_key"
      }
    },
    "setTokenApprovalForAll": {
      "method": "POST",
      "path": "/v1/tokens/{id}/set_approval_for_all",
      "security": [
        [
          "PlatformKey"
        ]
      ],
      "idempotency": {
        "in": "body",
        "name": "idempotency_key"
      }
    },
    "permitToken": {
      "method": "POST",
      "path": "/v1/tokens/{id}/permit",
      "security": [
        [
          "PlatformKey"
        ]
      ],
      "idempotency": {
        "in": "body",
        "name": "idempotency_key"
      }
    },
    "transferTokenAndCall": {
      "method": "POST",
      "path": "/v1/tokens/{id}/transfer_and_call",
      "security": [
        [
          "PlatformKey"
        ]
      ],
      "idempotency": {
        "in": "body",
        "name": "idempotency_key"
      }
    },
    "getTokenBalance": {
      "method": "GET",
      "path": "/v1/tokens/{id}/balance",
      "security": [
        [
          "PlatformKey"
        ]
      ]
    },
    "getTokenBalanceBatch": {
      "method": "GET",
      "path": "/v1/tokens/{id}/balance_batch",
      "security": [
        [
          "PlatformKey"
        ]
      ]
    },
    "getTokenAllowance": {
      "method": "GET",
      "path": "/v1/tokens/{id}/allowance",
      "security": [
        [
          "PlatformKey"
        ]
      ]
    },
    "getTokenApproved": {
      "method": "GET",
      "path": "/v1/tokens/{id}/approved",
      "security": [
        [
          "PlatformKey"
        ]
      ]
    },
    "getTokenApprovalForAll": {
      "method": "GET",
      "path": "/v1/tokens/{id}/approval_for_all",
      "security": [
        [
          "PlatformKey"
        ]
      ]
    },
    "listTokenHolders": {
      "method": "GET",
      "path": "/v1/tokens/{id}/holders",
      "security": [
        [
          "PlatformKey"
        ]
      ],
      "pages": {
        "by": "starting_after",
        "items": [
          "data"
        ]
      }
    },
    "listTokenRoles": {
      "method": "GET",
      "path": "/v1/tokens/{id}/roles",
      "security": [
        [
          "PlatformKey"
        ]
      ]
    },
    "checkTokenRole": {
      "method": "GET",
      "path": "/v1/tokens/{id}/roles/check",
      "security": [
        [
          "PlatformKey"
        ]
      ]
    },
    "grantTokenRole": {
      "method": "POST",
      "path": "/v1/tokens/{id}/roles/grant",
      "security": [
        [
          "PlatformKey"
        ]
      ],
      "idempotency": {
        "in": "body",
        "name": "idempotency_key"
      }
    },
    "revokeTokenRole": {
      "method": "POST",
      "path": "/v1/tokens/{id}/roles/revoke",
      "security": [
        [
          "PlatformKey"
        ]
      ],
      "idempotency": {
        "in": "body",
        "name": "idempotency_key"
      }
    },
    "renounceTokenRole": {
      "method": "POST",
      "path": "/v1/tokens/{id}/roles/renounce",
      "security": [
        [
          "PlatformKey"
        ]
      ],
      "idempotency": {
        "in": "body",
        "name": "idempotency_key"
      }
    },
    "mintNft": {
      "method": "POST",
      "path": "/v1/nfts",
      "security": [
        [
          "PlatformKey"
        ]
      ],
      "idempotency": {
        "in": "body",
        "name": "idempotency_key"
      }
    },
    "listNfts": {
      "method": "GET",
      "path": "/v1/nfts",
      "security": [
        [
          "PlatformKey"
        ]
      ],
      "pages": {
        "by": "starting_after",
        "items": [
          "data"
        ]
      }
    },
    "getNft": {
      "method": "GET",
      "path": "/v1/nfts/{id}",
      "security": [
        [
          "PlatformKey"
        ]
      ]
    },
    "transferNft": {
      "method": "POST",
      "path": "/v1/nfts/{id}/transfer",
      "security": [
        [
          "PlatformKey"
        ]
      ],
      "idempotency": {
        "in": "body",
        "name": "idempotency_key"
      }
    },
    "burnNft": {
      "method": "POST",
      "path": "/v1/nfts/{id}/burn",
      "security": [
        [
          "PlatformKey"
        ]
      ],
      "idempotency": {
        "in": "body",
        "name": "idempotency_key"
      }
    },
    "setNftMetadata": {
      "method": "POST",
      "path": "/v1/nfts/{id}/metadata",
      "security": [
        [
          "PlatformKey"
        ]
      ],
      "idempotency": {
        "in": "body",
        "name": "idempotency_key"
      }
    },
    "setNftRoyalty": {
      "method": "POST",
      "path": "/v1/nfts/{id}/royalty",
      "security": [
        [
          "PlatformKey"
        ]
      ],
      "idempotency": {
        "in": "body",
        "name": "idempotency_key"
      }
    },
    "getNftMetadata": {
      "method": "GET",
      "path": "/v1/metadata/{id}",
      "security": []
    },
    "listTransactions": {
      "method": "GET",
      "path": "/v1/transactions",
      "security": [
        [
          "PlatformKey"
        ]
      ],
      "pages": {
        "by": "starting_after",
        "items": [
          "data"
        ]
      }
    },
    "retrieveTransaction": {
      "method": "GET",
      "path": "/v1/transactions/{id}",
      "security": [
        [
          "PlatformKey"
        ]
      ]
    },
    "listTokenTransactions": {
      "method": "GET",
      "path": "/v1/tokens/{id}/transactions",
      "security": [
        [
          "PlatformKey"
        ]
      ],
      "pages": {
        "by": "starting_after",
        "items": [
          "data"
        ]
      }
    },
    "listTransactionsOfWallet": {
      "method": "GET",
      "path": "/v1/wallets/{id}/transactions",
      "security": [
        [
          "PlatformKey"
        ]
      ],
      "pages": {
        "by": "starting_after",
        "items": [
          "data"
        ]
      }
    },
    "getTransactionTimeline": {
      "method": "GET",
      "path": "/v1/transactions/{id}/timeline",
      "security": [
        [
          "PlatformKey"
        ]
      ]
    },
    "cancelTransaction": {
      "method": "POST",
      "path": "/v1/transactions/{id}/cancel",
      "security": [
        [
          "PlatformKey"
        ]
      ]
    },
    "speedUpTransaction": {
      "method": "POST",
      "path": "/v1/transactions/{id}/speed_up",
      "security": [
        [
          "PlatformKey"
        ]
      ]
    },
    "retryTransaction": {
      "method": "POST",
      "path": "/v1/transactions/{id}/retry",
      "security": [
        [
          "PlatformKey"
        ]
      ]
    },
    "createBatch": {
      "method": "POST",
      "path": "/v1/batch",
      "security": [
        [
          "PlatformKey"
        ]
      ],
      "idempotency": {
        "in": "body",
        "name": "idempotency_key"
      }
    },
    "getBatch": {
      "method": "GET",
      "path": "/v1/batch/{id}",
      "security": [
        [
          "PlatformKey"
        ]
      ]
    },
    "estimateGas": {
      "method": "POST",
      "path": "/v1/gas_estimates",
      "security": [
        [
          "PlatformKey"
        ]
      ]
    }
  }
} as const;

/** Every code an error answer can have, of all planes. */
export type ErrorCode =
  | 'CHAIN_UNAVAILABLE'
  | 'CLAIM_ALREADY_EXECUTED'
  | 'CLAIM_ALREADY_RELEASED'
  | 'CLAIM_LOCKED'
  | 'CLAIM_NOT_FOUND'
  | 'CLAIM_NOT_LOCKED'
  | 'CLIENT_NOT_FOUND'
  | 'CLIENT_REVOKED'
  | 'CONFLICT'
  | 'FORBIDDEN'
  | 'IDEMPOTENCY_CONFLICT'
  | 'INSUFFICIENT_BALANCE'
  | 'INSUFFICIENT_SCOPE'
  | 'INTERNAL_ERROR'
  | 'INVALID_CREDENTIALS'
  | 'INVALID_PAYLOAD'
  | 'INVALID_REQUEST'
  | 'INVALID_TOKEN'
  | 'IP_NOT_ALLOWED'
  | 'MISSING_AUTH'
  | 'MISSING_USER_ID'
  | 'NOT_FOUND'
  | 'ORIGIN_NOT_ALLOWED'
  | 'PAYLOAD_TOO_LARGE'
  | 'RATE_LIMITED'
  | 'RATE_LIMIT_EXCEEDED'
  | 'RECEIPT_ALREADY_MINTED'
  | 'RECEIPT_NOT_FOUND'
  | 'SERVICE_UNAVAILABLE'
  | 'SETTLEMENT_FAILED'
  | 'SPONSORSHIP_DENIED'
  | 'TOKEN_EXPIRED'
  | 'TRANSACTION_NOT_FOUND'
  | 'UNAUTHORIZED'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'USER_OPERATION_FAILED'
  | 'VALIDATION_ERROR'
  | 'VERIFICATION_FAILED'
  | 'WALLET_NOT_FOUND'
  | 'account_locked'
  | 'api_key_not_found'
  | 'batch_not_found'
  | 'blockchain_error'
  | 'conflict'
  | 'event_not_found'
  | 'forbidden'
  | 'idempotency_conflict'
  | 'insufficient_balance'
  | 'internal_error'
  | 'invalid_address'
  | 'invalid_amount'
  | 'invalid_credentials'
  | 'invalid_network'
  | 'ip_not_allowed'
  | 'key_expired'
  | 'last_admin'
  | 'missing_field'
  | 'network_not_found'
  | 'nft_not_found'
  | 'passkey_not_found'
  | 'payload_too_large'
  | 'rate_limited'
  | 'secret_key_required'
  | 'service_unavailable'
  | 'session_not_found'
  | 'token_expired'
  | 'token_not_found'
  | 'transaction_not_found'
  | 'unauthorized'
  | 'unsupported_media_type'
  | 'validation_error'
  | 'wallet_not_found'
  | 'webhook_delivery_not_found'
  | 'webhook_endpoint_not_found';
