/**
 * The official facilitator of x402 version 2 as its example builds it (`examples/typescript/facilitator/basic` of its
 * repository, without the log of each call): express, viem, one signer. `tuned` adds what the example lacks: viem's nonce
 * manager, without which settlements at the same time take the same nonce and fail, and a look at the chain every 50 ms,
 * since viem's default is every second on this chain.
 */
import type { AddressInfo } from 'node:net';
import { x402Facilitator } from '@x402/core/facilitator';
import type { PaymentPayload, PaymentRequirements } from '@x402/core/types';
import { toFacilitatorEvmSigner } from '@x402/evm';
import { ExactEvmScheme } from '@x402/evm/exact/facilitator';
import express from 'express';
import { createWalletClient, http, nonceManager, publicActions } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { baseSepolia } from 'viem/chains';

const [rpcUrl = '', key = '', kind = 'example'] = process.argv.slice(2);
const tuned = kind === 'tuned';

const account = privateKeyToAccount(key as `0x${string}`, tuned ? { nonceManager } : {});
const client = createWalletClient({
  account,
  chain: baseSepolia,
  transport: http(rpcUrl),
  ...(tuned ? { pollingInterval: 50 } : {}),
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
