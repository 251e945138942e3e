import { keccak256, parseSignature, toHex, zeroAddress, zeroHash, type Address, type Hex } from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localnetChainId } from '#src/localnet/client.ts';
import { revertOf, send, startChain, view, type TestChain, type Wallet } from './chain-kit.ts';
import { deployTokenContracts, makeToken, noFeatures, type Token } from './token-kit.ts';

const minter = keccak256(toHex('MINTER_ROLE'));
const fungible = ['ERC20', 'ERC20_VOTES', 'ERC1363'] as const;

let chain: TestChain;
let admin: Wallet;
let alice: Wallet;
let bob: Wallet;

beforeAll(async () => {
  chain = await startChain();
  [admin, alice, bob] = [await chain.wallet(), await chain.wallet(), await chain.wallet()];
  expect(await deployTokenContracts(chain, admin)).toBe(7);
  expect(await deployTokenContracts(chain, admin)).toBe(0);
});
afterAll(() => chain?.stop());

const at = (wallet: Wallet) => wallet.account.address;
const balance = (token: Token, of: Address) => view<bigint>(chain, token.on('balanceOf', of));

describe.each(fungible)('%s', (standard) => {
  it('has what it was made with, and cannot be made again', async () => {
    const token = await makeToken(chain, admin, standard, { initialSupply: 1_000n, cap: 5_000n });
    expect(await balance(token, at(admin))).toBe(1_000n);
    expect(await view(chain, token.on('decimals'))).toBe(6);
    expect(await view(chain, token.on('cap'))).toBe(5_000n);
    expect(await view(chain, token.on('version'))).toBe('1');
    expect(await view(chain, token.on('contractURI'))).toBe('ipfs://about');
    expect(await view(chain, token.on('owner'))).toBe(at(admin));
    const again = {
      name: 'x',
      symbol: 'x',
      contractURI: '',
      decimals: 0,
      features: noFeatures,
      cap: 0n,
      admin: at(alice),
      initialSupply: 0n,
    };
    expect(await revertOf(chain, alice, token.on('initialize', again))).toBe('InvalidInitialization');
  });

  it('mints by role up to its cap, alone and in batches', async () => {
    const token = await makeToken(chain, admin, standard, { cap: 10n });
    await send(chain, admin, token.on('mint', at(alice), 4n));
    await send(chain, admin, token.on('mintBatch', [at(alice), at(bob)], [1n, 5n]));
    expect([await balance(token, at(alice)), await balance(token, at(bob))]).toEqual([5n, 5n]);
    expect(await revertOf(chain, admin, token.on('mint', at(alice), 1n))).toBe('ERC20ExceededCap');
    expect(await revertOf(chain, admin, token.on('mintBatch', [at(alice)], []))).toBe('LengthMismatch');
    expect(await revertOf(chain, alice, token.on('mint', at(alice), 1n))).toBe(
      'AccessControlUnauthorizedAccount',
    );
  });

  it('transfers to many, burns own and allowed tokens', async () => {
    const token = await makeToken(chain, admin, standard, { initialSupply: 100n });
    await send(chain, admin, token.on('transferBatch', [at(alice), at(bob)], [10n, 20n]));
    await send(chain, alice, token.on('burn', 1n));
    expect(await revertOf(chain, admin, token.on('burnFrom', at(alice), 1n))).toBe(
      'ERC20InsufficientAllowance',
    );
    await send(chain, alice, token.on('approve', at(admin), 2n));
    await send(chain, admin, token.on('burnFrom', at(alice), 2n));
    expect(await balance(token, at(alice))).toBe(7n);
    expect(await view(chain, token.on('totalSupply'))).toBe(97n);
  });

  it('pauses every move', async () => {
    const token = await makeToken(chain, admin, standard, { initialSupply: 10n });
    await send(chain, admin, token.on('pause'));
    expect(await revertOf(chain, admin, token.on('transfer', at(bob), 1n))).toBe('EnforcedPause');
    expect(await revertOf(chain, admin, token.on('mint', at(bob), 1n))).toBe('EnforcedPause');
    await send(chain, admin, token.on('unpause'));
    await send(chain, admin, token.on('transfer', at(bob), 1n));
  });

  it('never does what it was made without, whoever holds a role later', async () => {
    const token = await makeToken(chain, admin, standard, { features: noFeatures, initialSupply: 10n });
    expect(await view(chain, token.on('hasRole', minter, at(admin)))).toBe(false);
    await send(chain, admin, token.on('grantRole', minter, at(admin)));
    await send(chain, admin, token.on('grantRole', keccak256(toHex('PAUSER_ROLE')), at(admin)));
    for (const call of [token.on('mint', at(bob), 1n), token.on('burn', 1n), token.on('pause')]) {
      expect(await revertOf(chain, admin, call)).toBe('FeatureDisabled');
    }
  });
});

describe('control', () => {
  it('keeps its last admin', async () => {
    const token = await makeToken(chain, admin, 'ERC20');
    for (const removal of ['revokeRole', 'renounceRole']) {
      expect(await revertOf(chain, admin, token.on(removal, zeroHash, at(admin)))).toBe('LastAdmin');
    }
    await send(chain, admin, token.on('grantRole', zeroHash, at(alice)));
    expect(await view(chain, token.on('adminCount'))).toBe(2n);
    await send(chain, alice, token.on('revokeRole', zeroHash, at(admin)));
    expect(await revertOf(chain, alice, token.on('renounceRole', zeroHash, at(alice)))).toBe('LastAdmin');
  });

  it('is handed over whole, by its owner alone', async () => {
    const token = await makeToken(chain, admin, 'ERC20');
    expect(await revertOf(chain, alice, token.on('transferOwnership', at(alice)))).toBe('NotOwner');
    expect(await revertOf(chain, admin, token.on('transferOwnership', zeroAddress))).toBe('InvalidAdmin');
    await send(chain, admin, token.on('transferOwnership', at(alice)));
    expect(await view(chain, token.on('owner'))).toBe(at(alice));
    expect(await view(chain, token.on('adminCount'))).toBe(1n);
    await send(chain, alice, token.on('mint', at(bob), 1n));
    for (const call of [token.on('mint', at(bob), 1n), token.on('grantRole', minter, at(admin))]) {
      expect(await revertOf(chain, admin, call)).toBe('AccessControlUnauthorizedAccount');
    }
  });
});

describe('EIP-3009 and permit', () => {
  const types = {
    TransferWithAuthorization: [
      { name: 'from', type: 'address' },
      { name: 'to', type: 'address' },
      { name: 'value', type: 'uint256' },
      { name: 'validAfter', type: 'uint256' },
      { name: 'validBefore', type: 'uint256' },
      { name: 'nonce', type: 'bytes32' },
    ],
    Permit: [
      { name: 'owner', type: 'address' },
      { name: 'spender', type: 'address' },
      { name: 'value', type: 'uint256' },
      { name: 'nonce', type: 'uint256' },
      { name: 'deadline', type: 'uint256' },
    ],
  } as const;
  const later = 2n ** 40n;
  // Runtime code of a contract that answers ERC-1271's magic value to whatever it is asked, and of one that never does.
  const agrees: Hex = '0x631626ba7e60e01b60005260206000f3';
  const refuses: Hex = '0x600060005260206000f3';

  const domainOf = (token: Token) => ({
    name: 'Euro',
    version: '1',
    chainId: localnetChainId,
    verifyingContract: token.address,
  });
  const authorize = async (token: Token, from: Address, signer: PrivateKeyAccount, nonce: string) => {
    const message = {
      from,
      to: at(bob),
      value: 3n,
      validAfter: 0n,
      validBefore: later,
      nonce: keccak256(toHex(nonce)),
    };
    const signature = await signer.signTypedData({
      domain: domainOf(token),
      types,
      primaryType: 'TransferWithAuthorization',
      message,
    });
    const { r, s, v } = parseSignature(signature);
    const args = Object.values(message);
    return {
      bytes: token.on('transferWithAuthorization', ...args, signature),
      vrs: token.on('transferWithAuthorization', ...args, Number(v), r, s),
    };
  };
  const key = (wallet: Wallet) => wallet.account as PrivateKeyAccount;

  it.each(fungible)('%s: a key authorises through both overloads, once', async (standard) => {
    const token = await makeToken(chain, admin, standard);
    await send(chain, admin, token.on('mint', at(alice), 10n));
    const first = await authorize(token, at(alice), key(alice), 'first');
    await send(chain, bob, first.bytes);
    expect(await revertOf(chain, bob, first.vrs)).toBe('ERC3009UsedAuthorization');
    const second = await authorize(token, at(alice), key(alice), 'second');
    await send(chain, bob, second.vrs);
    expect(await balance(token, at(bob))).toBe(6n);
    const stolen = await authorize(token, at(alice), key(bob), 'stolen');
    expect(await revertOf(chain, bob, stolen.bytes)).toBe('ERC3009InvalidSignature');
    expect(await revertOf(chain, bob, stolen.vrs)).toBe('ERC3009InvalidSignature');
  });

  it('a contract authorises by ERC-1271 through both overloads', async () => {
    const token = await makeToken(chain, admin, 'ERC20');
    const account = at(await chain.wallet());
    await send(chain, admin, token.on('mint', account, 10n));
    await chain.client.setCode({ address: account, bytecode: agrees });
    const one = await authorize(token, account, key(bob), '1271-1');
    const two = await authorize(token, account, key(bob), '1271-2');
    await send(chain, bob, one.bytes);
    await send(chain, bob, two.vrs);
    expect(await balance(token, account)).toBe(4n);
    await chain.client.setCode({ address: account, bytecode: refuses });
    const three = await authorize(token, account, key(bob), '1271-3');
    expect(await revertOf(chain, bob, three.bytes)).toBe('ERC3009InvalidSignature');
  });

  it('permits by both overloads with one row of nonces', async () => {
    const token = await makeToken(chain, admin, 'ERC20');
    const permit = async (nonce: bigint) => {
      const message = { owner: at(alice), spender: at(bob), value: 5n, nonce, deadline: later };
      return key(alice).signTypedData({ domain: domainOf(token), types, primaryType: 'Permit', message });
    };
    const { r, s, v } = parseSignature(await permit(0n));
    await send(chain, bob, token.on('permit', at(alice), at(bob), 5n, later, Number(v), r, s));
    await send(chain, bob, token.on('permit', at(alice), at(bob), 5n, later, await permit(1n)));
    expect(await view(chain, token.on('nonces', at(alice)))).toBe(2n);
    expect(await view(chain, token.on('allowance', at(alice), at(bob)))).toBe(5n);
  });
});

describe('what only some can do', () => {
  it('ERC20_VOTES counts delegated votes on a clock of seconds', async () => {
    const token = await makeToken(chain, admin, 'ERC20_VOTES', { initialSupply: 7n });
    expect(await view(chain, token.on('CLOCK_MODE'))).toBe('mode=timestamp');
    await send(chain, admin, token.on('delegate', at(alice)));
    expect(await view(chain, token.on('getVotes', at(alice)))).toBe(7n);
  });

  it('ERC1363 calls its receiver and refuses one that does not answer', async () => {
    const token = await makeToken(chain, admin, 'ERC1363', { initialSupply: 7n });
    expect(await view(chain, token.on('supportsInterface', '0xb0202a11'))).toBe(true);
    expect(await revertOf(chain, admin, token.on('transferAndCall', at(bob), 1n))).toBe(
      'ERC1363InvalidReceiver',
    );
    // Answers onTransferReceived's own selector.
    const receiver = at(await chain.wallet());
    await chain.client.setCode({ address: receiver, bytecode: '0x6388a7ca5c60e01b60005260206000f3' });
    await send(chain, admin, token.on('transferAndCall', receiver, 2n));
    expect(await balance(token, receiver)).toBe(2n);
  });
});
