import { erc20Abi } from 'viem';
import { expect } from 'vitest';
import { createLocalnetClient } from '#src/localnet/client.ts';
import { setUsdc } from '#src/localnet/faucet.ts';
import type { Answer, Lives, Scene, Stage } from './crash.ts';
import type { Transaction } from './kit.ts';

type Address = `0x${string}`;

const held = ({ localnet }: Stage, token: 'usdc' | 'token', account: Address) =>
  createLocalnetClient(localnet.rpcUrl).readContract({
    abi: erc20Abi,
    address: localnet.addresses[token],
    functionName: 'balanceOf',
    args: [account],
  });

/** A mint of 5 by the treasury and a transfer of 4 out of 10 by the user. */
export const mintAndTransfer: Scene = {
  async writes({ localnet, wallet, post }) {
    await setUsdc(localnet, wallet, 10n);
    await post('/api/v1/mint/sign', { receiptId: 'r1', amount: '5' });
    const transfer = { toUserId: 'user_2', token: localnet.addresses.usdc, amount: '4' };
    return [
      { path: '/api/v1/mint/execute', body: { receiptId: 'r1' } },
      { path: '/api/v1/wallet/transfer', body: transfer },
    ];
  },
  facts: async (stage) => [await held(stage, 'usdc', stage.wallet), await held(stage, 'token', stage.wallet)],
};

/** The end that every crash in it must come to. */
export const bothOnce: Lives = {
  signal: 'SIGKILL',
  statuses: ['confirmed', 'confirmed'],
  replayed: true,
  transactions: 2,
  facts: [6n, 5n],
};

const confirmed = ({ body }: Answer) => (body['transaction'] as Transaction | undefined)?.status;

/** Locks 3 for a second and waits until they are due. */
async function lockDue({ localnet, get, post }: Stage): Promise<void> {
  const lock = { claimId: 'due', token: localnet.addresses.usdc, amount: '3', lockSeconds: 1 };
  const accepted = (await post('/api/v1/claims/execute', lock)).body['transaction'] as Transaction;
  expect(confirmed(await get(`/api/v1/transactions/${accepted.id}?wait=30`))).toBe('confirmed');
  const { claim } = (await get('/api/v1/claims/due')).body as { claim: { releaseAt: string } };
  const chain = createLocalnetClient(localnet.rpcUrl);
  const now = async () => {
    await chain.mine({ blocks: 1 });
    return Number((await chain.getBlock()).timestamp);
  };
  await expect.poll(now, { timeout: 15_000 }).toBeGreaterThanOrEqual(Date.parse(claim.releaseAt) / 1000);
}

/** Out of 20: a payout of 5, a lock of 4, and the release of 3 that were locked before. */
export const claims: Scene = {
  async writes(stage) {
    const { localnet, treasury } = stage;
    const token = localnet.addresses.usdc;
    await setUsdc(localnet, treasury, 20n);
    await lockDue(stage);
    const path = '/api/v1/claims/execute';
    return [
      { path, body: { claimId: 'paid', token, amount: '5' } },
      { path, body: { claimId: 'locked', token, amount: '4', lockSeconds: 3_600 } },
      { path: '/api/v1/claims/due/release' },
    ];
  },
  async facts(stage) {
    const verdict = async (claimId: string) => {
      const { body } = await stage.post('/api/v1/claims/verify', { claimId });
      return [body['verified'], body['status']];
    };
    return {
      treasury: await held(stage, 'usdc', stage.treasury),
      wallet: await held(stage, 'usdc', stage.wallet),
      verdicts: await Promise.all(['paid', 'locked', 'due'].map(verdict)),
    };
  },
};

/** The end that every crash in it must come to. */
export const allOnce: Lives = {
  signal: 'SIGKILL',
  statuses: ['confirmed', 'confirmed', 'confirmed'],
  replayed: true,
  transactions: 4,
  facts: {
    treasury: 8n,
    wallet: 8n,
    verdicts: [
      [true, 'paid'],
      [true, 'locked'],
      [true, 'released'],
    ],
  },
};
