import { zeroAddress, type Address } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cloneFactoryAbi } from '#src/chain/contracts/generated/clone-factory.ts';
import { cloneAddress, cloneFactoryAddress, tokenImplementations } from '#src/chain/tokens/contracts.ts';
import { revertOf, send, startChain, view, type TestChain, type Wallet } from './chain-kit.ts';
import { deployTokenContracts, makeToken, nextSalt, noFeatures } from './token-kit.ts';

let chain: TestChain;
let admin: Wallet;
let alice: Wallet;
let bob: Wallet;

beforeAll(async () => {
  chain = await startChain();
  [admin, alice, bob] = [await chain.wallet(), await chain.wallet(), await chain.wallet()];
  await deployTokenContracts(chain, admin);
});
afterAll(() => chain?.stop());

const at = (wallet: Wallet): Address => wallet.account.address;

describe('CloneFactory', () => {
  it('binds an address to its caller, and makes each once', async () => {
    const { address: implementation } = tokenImplementations.ERC721;
    const salt = nextSalt();
    const call = {
      address: cloneFactoryAddress,
      abi: cloneFactoryAbi,
      functionName: 'deploy',
      args: [implementation, salt, '0x'],
    };
    expect(cloneAddress('ERC721', salt, at(alice))).not.toBe(cloneAddress('ERC721', salt, at(bob)));
    await send(chain, alice, call);
    expect(await revertOf(chain, alice, call)).toBe('FailedDeployment');
    await send(chain, bob, call);
  });

  it('clones contracts only, and its implementations are locked', async () => {
    const call = {
      address: cloneFactoryAddress,
      abi: cloneFactoryAbi,
      functionName: 'deploy',
      args: [at(alice), nextSalt(), '0x'],
    };
    expect(await revertOf(chain, alice, call)).toBe('NotAContract');
    for (const { address, abi } of Object.values(tokenImplementations)) {
      const inputs = abi.find((item) => item.type === 'function' && item.name === 'initialize');
      expect(inputs).toBeDefined();
      expect(await view(chain, { address, abi, functionName: 'owner' })).toBe(zeroAddress);
    }
  });
});

describe('ERC721', () => {
  it('mints ids with a URI of their own or under the base', async () => {
    const token = await makeToken(chain, admin, 'ERC721', { cap: 3n });
    await send(chain, admin, token.on('mint', at(alice), 7n, ''));
    await send(chain, admin, token.on('mintBatch', [at(alice), at(bob)], [8n, 9n], ['ipfs://eight', '']));
    expect(await view(chain, token.on('tokenURI', 7n))).toBe('https://nft.example/7');
    expect(await view(chain, token.on('tokenURI', 8n))).toBe('ipfs://eight');
    expect(await view(chain, token.on('totalSupply'))).toBe(3n);
    expect(await revertOf(chain, admin, token.on('mint', at(bob), 10n, ''))).toBe('CapExceeded');
    expect(await revertOf(chain, alice, token.on('mint', at(bob), 10n, ''))).toBe(
      'AccessControlUnauthorizedAccount',
    );
    await send(chain, admin, token.on('setTokenURI', 7n, 'ipfs://seven'));
    expect(await view(chain, token.on('tokenURI', 7n))).toBe('ipfs://seven');
  });

  it('burns by its holder, and a burnt id takes nothing with it', async () => {
    const token = await makeToken(chain, admin, 'ERC721');
    await send(chain, admin, token.on('mint', at(alice), 1n, 'ipfs://old'));
    await send(chain, admin, token.on('setTokenRoyalty', 1n, at(bob), 500n));
    expect(await revertOf(chain, admin, token.on('burn', 1n))).toBe('ERC721InsufficientApproval');
    await send(chain, alice, token.on('burn', 1n));
    expect(await view(chain, token.on('totalSupply'))).toBe(0n);
    await send(chain, admin, token.on('mint', at(alice), 1n, ''));
    expect(await view(chain, token.on('tokenURI', 1n))).toBe('https://nft.example/1');
    expect(await view(chain, token.on('royaltyInfo', 1n, 10_000n))).toEqual([zeroAddress, 0n]);
  });

  it('pays royalties, pauses and keeps to its features', async () => {
    const token = await makeToken(chain, admin, 'ERC721', { royaltyReceiver: at(bob), royaltyBps: 250n });
    await send(chain, admin, token.on('mint', at(alice), 1n, ''));
    expect(await view(chain, token.on('royaltyInfo', 1n, 10_000n))).toEqual([at(bob), 250n]);
    await send(chain, admin, token.on('setDefaultRoyalty', zeroAddress, 0n));
    expect(await view(chain, token.on('royaltyInfo', 1n, 10_000n))).toEqual([zeroAddress, 0n]);
    await send(chain, admin, token.on('pause'));
    const move = token.on('safeTransferFrom', at(alice), at(bob), 1n);
    expect(await revertOf(chain, alice, move)).toBe('EnforcedPause');
    await send(chain, admin, token.on('unpause'));
    await send(chain, alice, move);
    const plain = await makeToken(chain, admin, 'ERC721', { features: noFeatures });
    expect(await revertOf(chain, admin, plain.on('pause'))).toBe('AccessControlUnauthorizedAccount');
  });

  it('says what it speaks', async () => {
    const token = await makeToken(chain, admin, 'ERC721');
    for (const id of ['0x80ac58cd', '0x2a55205a', '0x49064906', '0x7965db0b']) {
      expect(await view(chain, token.on('supportsInterface', id)), id).toBe(true);
    }
  });
});

describe('SBT', () => {
  it('stays with its holder until holder or issuer burns it', async () => {
    const token = await makeToken(chain, admin, 'SBT');
    const receipt = await send(chain, admin, token.on('mint', at(alice), 1n, ''));
    expect(receipt.logs).toHaveLength(2);
    expect(await view(chain, token.on('locked', 1n))).toBe(true);
    expect(await view(chain, token.on('supportsInterface', '0xb45a3c0e'))).toBe(true);
    expect(await revertOf(chain, alice, token.on('transferFrom', at(alice), at(bob), 1n))).toBe('Soulbound');
    expect(await revertOf(chain, alice, token.on('approve', at(bob), 1n))).toBe('Soulbound');
    expect(await revertOf(chain, alice, token.on('setApprovalForAll', at(bob), true))).toBe('Soulbound');
    expect(await revertOf(chain, bob, token.on('burn', 1n))).toBe('AccessControlUnauthorizedAccount');
    await send(chain, alice, token.on('burn', 1n));
    await send(chain, admin, token.on('mint', at(alice), 2n, ''));
    await send(chain, admin, token.on('burn', 2n));
    expect(await view(chain, token.on('balanceOf', at(alice)))).toBe(0n);
  });
});

describe('ERC1155', () => {
  it('mints, moves and burns kinds, with supply and URI by kind', async () => {
    const token = await makeToken(chain, admin, 'ERC1155');
    await send(chain, admin, token.on('mint', at(alice), 1n, 10n, '0x'));
    await send(chain, admin, token.on('mintBatch', at(alice), [2n, 3n], [20n, 30n], '0x'));
    await send(chain, alice, token.on('safeBatchTransferFrom', at(alice), at(bob), [1n, 2n], [4n, 5n], '0x'));
    await send(chain, alice, token.on('burn', at(alice), 1n, 1n));
    await send(chain, alice, token.on('burnBatch', at(alice), [2n, 3n], [1n, 1n]));
    const owners = [at(alice), at(bob), at(alice)];
    expect(await view(chain, token.on('balanceOfBatch', owners, [1n, 2n, 3n]))).toEqual([5n, 5n, 29n]);
    expect(await view(chain, token.on('totalSupply', 1n))).toBe(9n);
    expect(await revertOf(chain, bob, token.on('burn', at(alice), 1n, 1n))).toBe(
      'ERC1155MissingApprovalForAll',
    );
    await send(chain, admin, token.on('setTokenURI', 1n, 'ipfs://one'));
    expect(await view(chain, token.on('uri', 1n))).toBe('ipfs://one');
    expect(await view(chain, token.on('uri', 2n))).toBe('https://items.example/{id}');
  });
});
