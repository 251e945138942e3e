import { privateKeyToAccount, generatePrivateKey } from 'viem/accounts';
import type { Operation } from '#schemas/kit/operation.ts';
import * as roles from '#schemas/platform/roles.ts';
import * as batches from '#schemas/platform/token-batches.ts';
import * as moves from '#schemas/platform/token-moves.ts';
import * as settings from '#schemas/platform/token-settings.ts';
import type { Address } from '#src/core/hex.ts';
import { createLocalnetClient, localnetChainId } from '#src/localnet/client.ts';
import { newAddress } from '#tests/facilitator/kit.ts';
import type { TestApp } from '#tests/kit/app.ts';
import { call } from '#tests/kit/call.ts';
import { confirmed, type Headers, mint, newRequestKey, newToken, type Token } from './token-kit.ts';

export const nobody = `0x${'00'.repeat(20)}`;

/** One action: what it does when all is well, another body for the same key, and what a contract refuses of it. */
export type MoveCase = {
  op: Operation;
  token: Token;
  body: Record<string, unknown>;
  other: Record<string, unknown>;
  refused?: { token?: Token; body: Record<string, unknown>; reason: string };
  /** More than there is. */
  tooMuch?: Record<string, unknown>;
};

/** A signed permit for the token. */
export async function permitOf(token: Token, amount: string) {
  const holder = privateKeyToAccount(generatePrivateKey());
  const spender = newAddress();
  const deadline = 4_000_000_000;
  const signature = await holder.signTypedData({
    domain: {
      name: token.name,
      version: '1',
      chainId: localnetChainId,
      verifyingContract: token.address as Address,
    },
    types: {
      Permit: [
        { name: 'owner', type: 'address' },
        { name: 'spender', type: 'address' },
        { name: 'value', type: 'uint256' },
        { name: 'nonce', type: 'uint256' },
        { name: 'deadline', type: 'uint256' },
      ],
    },
    primaryType: 'Permit',
    message: {
      owner: holder.address,
      spender,
      value: BigInt(amount),
      nonce: 0n,
      deadline: BigInt(deadline),
    },
  });
  return { holder: holder.address, spender, amount, deadline, signature };
}

/** A contract that takes ERC-1363 transfers. */
export async function newReceiver({ localnet }: TestApp): Promise<string> {
  const address = newAddress();
  const bytecode = '0x6388a7ca5c60e01b60005260206000f3';
  await createLocalnetClient(localnet.rpcUrl).setCode({ address, bytecode });
  return address;
}

/** Does an action and waits for it. */
export async function done(
  test: TestApp,
  headers: Headers,
  op: Operation,
  token: Token,
  body: Record<string, unknown>,
) {
  const answer = await call(test.app, op as typeof moves.burnToken, {
    headers,
    params: { id: token.id },
    body: { ...body, idempotency_key: newRequestKey() } as never,
  });
  return confirmed(test, headers, answer.body.id);
}

/** Every action there is. */
export async function moveCases(test: TestApp, headers: Headers): Promise<MoveCase[]> {
  const coin = await newToken(test, headers, { initial_supply: '1000000' });
  const bare = await newToken(test, headers, { features: {} });
  const paused = await newToken(test, headers);
  await done(test, headers, settings.pauseToken, paused, {});
  const given = await newToken(test, headers);
  await done(test, headers, settings.transferTokenOwnership, given, { new_owner: newAddress() });
  const kinds = await newToken(test, headers, { standard: 'ERC1155', base_uri: 'ipfs://{id}' });
  await mint(test, headers, kinds, { to: kinds.treasury, item_id: '1', amount: '5' });
  const calling = await newToken(test, headers, { standard: 'ERC1363', initial_supply: '10' });
  const account = newAddress();
  const items = (to: string, amount = '1') => ({ items: [{ to, amount }] });
  const unauthorized = 'AccessControlUnauthorizedAccount';
  const invalid = 'ERC20InvalidReceiver';
  const grant = { role: 'MINTER_ROLE', account };
  const permit = await permitOf(coin, '7');
  return [
    {
      op: moves.mintToken,
      token: coin,
      body: { to: account, amount: '5' },
      other: { amount: '6' },
      refused: { token: bare, body: {}, reason: unauthorized },
    },
    {
      op: moves.transferToken,
      token: coin,
      body: { to: account, amount: '5' },
      other: { amount: '6' },
      refused: { body: { to: nobody }, reason: invalid },
      tooMuch: { amount: '99000000' },
    },
    {
      op: moves.burnToken,
      token: coin,
      body: { amount: '5' },
      other: { amount: '6' },
      refused: { token: bare, body: {}, reason: 'FeatureDisabled' },
      tooMuch: { amount: '99000000' },
    },
    {
      op: moves.approveToken,
      token: coin,
      body: { spender: account, amount: '5' },
      other: { amount: '6' },
      refused: { body: { spender: nobody }, reason: 'ERC20InvalidSpender' },
    },
    {
      op: settings.pauseToken,
      token: bare.features.pausable ? bare : await newToken(test, headers),
      body: {},
      other: {},
      refused: { token: bare, body: {}, reason: unauthorized },
    },
    {
      op: settings.unpauseToken,
      token: paused,
      body: {},
      other: {},
      refused: { token: bare, body: {}, reason: unauthorized },
    },
    {
      op: settings.setTokenRoyalty,
      token: kinds,
      body: { receiver: account, bps: 100 },
      other: { bps: 200 },
      refused: { body: { receiver: nobody }, reason: 'ERC2981InvalidDefaultRoyaltyReceiver' },
    },
    {
      op: settings.transferTokenOwnership,
      token: await newToken(test, headers),
      body: { new_owner: account },
      other: { new_owner: newAddress() },
      refused: { body: { new_owner: nobody }, reason: 'InvalidAdmin' },
    },
    {
      op: batches.mintTokenBatch,
      token: coin,
      body: items(account),
      other: items(account, '2'),
      refused: { token: bare, body: {}, reason: unauthorized },
    },
    {
      op: batches.transferTokenBatch,
      token: coin,
      body: items(account),
      other: items(account, '2'),
      refused: { body: items(nobody), reason: invalid },
      tooMuch: items(account, '99000000'),
    },
    {
      op: batches.burnTokenBatch,
      token: coin,
      body: { items: [{ amount: '1' }] },
      other: { items: [{ amount: '2' }] },
      refused: { token: bare, body: {}, reason: 'FeatureDisabled' },
      tooMuch: { items: [{ amount: '99000000' }] },
    },
    {
      op: batches.setTokenApprovalForAll,
      token: kinds,
      body: { operator: account, approved: true },
      other: { approved: false },
      refused: { body: { operator: nobody }, reason: 'ERC1155InvalidOperator' },
    },
    {
      op: batches.permitToken,
      token: coin,
      body: permit,
      other: { amount: '8' },
      refused: { body: { amount: '9' }, reason: 'ERC3009InvalidSignature' },
    },
    {
      op: batches.transferTokenAndCall,
      token: calling,
      body: { to: await newReceiver(test), amount: '1' },
      other: { amount: '2' },
      refused: { body: { to: account }, reason: 'ERC1363InvalidReceiver' },
      tooMuch: { amount: '99000000' },
    },
    {
      op: roles.grantTokenRole,
      token: coin,
      body: grant,
      other: { role: 'PAUSER_ROLE' },
      refused: { token: given, body: {}, reason: unauthorized },
    },
    {
      op: roles.revokeTokenRole,
      token: coin,
      body: grant,
      other: { role: 'PAUSER_ROLE' },
      refused: { token: given, body: {}, reason: unauthorized },
    },
    {
      op: roles.renounceTokenRole,
      token: coin,
      body: { role: 'PAUSER_ROLE' },
      other: { role: 'MINTER_ROLE' },
    },
  ];
}
