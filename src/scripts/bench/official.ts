/** The official facilitator of x402 version 2 as its own example builds it: express, viem, one signer. */
import type { AddressInfo } from 'node:net';
import { x402Facilitator } from '@x402/core/facilitator';
import type { PaymentPayload, PaymentRequirements } from '@x402/core/types';
import { toFacilitatorEvmSigner } from '@x402/evm';
import { ExactEvmScheme } from '@x402/evm/exact/facilitator';
import express from 'express';
import { createWalletClient, http, nonceManager, publicActions } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { baseSepolia } from 'viem/chains';

const [rpcUrl = '', key = ''] = process.argv.slice(2);

// With viem's nonce manager: without it, settlements at the same time take the same nonce and fail.
const account = privateKeyToAccount(key as `0x${string}`, { nonceManager });
const client = createWalletClient({
  account,
  chain: baseSepolia,
  transport: http(rpcUrl),
  // viem's default would wait for half of a 2 s block at least.
  pollingInterval: 50,
}).extend(publicActions);
const signer = toFacilitatorEvmSigner({
  address: account.address,
  getCode: (args) => client.getCode(args),
  readContract: (args) => client.readContract({ ...args, args: args.args ?? [] } as never),
  verifyTypedData: (args) => client.verifyTypedData(args as never),
  writeContract: (args) => client.writeContract(args as never),
  sendTransaction: (args) => client.sendTransaction(args as never),
  waitForTransactionReceipt: (args) => client.waitForTransactionReceipt(args),
});
const facilitator = new x402Facilitator().register('eip155:84532', new ExactEvmScheme(signer));

type Body = { paymentPayload: PaymentPayload; paymentRequirements: PaymentRequirements };

const app = express();
app.use(express.json());
for (const call of ['verify', 'settle'] as const) {
  app.post(`/${call}`, async (request, response) => {
    const { paymentPayload, paymentRequirements } = request.body as Body;
    try {
      response.json(await facilitator[call](paymentPayload, paymentRequirements));
    } catch (error) {
      response.status(500).json({ error: error instanceof Error ? error.message : 'unknown' });
    }
  });
}
const server = app.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
