import { encodeDeployData, parseAbi, parseEther, type Address } from 'viem';
import { entryPoint07Address } from 'viem/account-abstraction';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mintVouchersAbi, mintVouchersBytecode } from '#src/chain/contracts/generated/mint-vouchers.ts';
import { create2CallData, create2Deployer } from '#src/chain/create2.ts';
import { AdminCallsMissingError, deployContracts, predictContracts } from '#src/chain/deploy.ts';
import { startOwnContracts } from './own-contracts-kit.ts';

type Started = Awaited<ReturnType<typeof startOwnContracts>>;
let world: Started;

beforeAll(async () => {
  world = await startOwnContracts();
});
afterAll(() => world.chain.stop());

const transactionsOf = (address: Address) => world.chain.client.getTransactionCount({ address });

test('a run that broke off is completed, to the predicted addresses; a further run sends nothing', async () => {
  const { chain, options, deployer, paymasterSigner } = world;
  const stranger = await chain.wallet();
  const initCode = encodeDeployData({ abi: mintVouchersAbi, bytecode: mintVouchersBytecode });
  const hash = await stranger.sendTransaction({ to: create2Deployer, data: create2CallData(initCode) });
  await chain.client.waitForTransactionReceipt({ hash });

  const addresses = await deployContracts(options);

  expect(addresses).toEqual(
    predictContracts({ admin: deployer.address, paymasterSigner: paymasterSigner.address }),
  );
  const isSigner = {
    address: addresses.mintVouchers,
    abi: mintVouchersAbi,
    functionName: 'isSigner',
  } as const;
  expect(await chain.client.readContract({ ...isSigner, args: [addresses.token, options.mintSigner] })).toBe(
    true,
  );
  const sent = await transactionsOf(deployer.address);
  expect(await deployContracts(options)).toEqual(addresses);
  expect(await transactionsOf(deployer.address)).toBe(sent);
});

test("the paymaster's deposit is filled up to the target and no further", async () => {
  const { chain, options } = world;
  const deposit = async (paymaster: Address) =>
    chain.client.readContract({
      address: entryPoint07Address,
      abi: parseAbi(['function balanceOf(address) view returns (uint256)']),
      functionName: 'balanceOf',
      args: [paymaster],
    });
  const { paymaster } = await deployContracts({ ...options, paymasterDeposit: parseEther('1') });
  expect(await deposit(paymaster)).toBe(parseEther('1'));
  await deployContracts({ ...options, paymasterDeposit: parseEther('3') });
  await deployContracts({ ...options, paymasterDeposit: parseEther('2') });
  expect(await deposit(paymaster)).toBe(parseEther('3'));
});

test('an admin that is not the deployer is told which calls to send', async () => {
  const { chain, options, paymasterSigner } = world;
  const admin = await chain.wallet();
  const withAdmin = { ...options, admin: admin.account.address };

  const error = await deployContracts(withAdmin).catch((reason: unknown) => reason);
  if (!(error instanceof AdminCallsMissingError)) throw error;
  expect(error.calls.map(({ purpose }) => purpose)).toEqual([
    'let the voucher contract mint',
    'let the mint signer sign vouchers',
  ]);
  for (const { to, data } of error.calls) {
    const hash = await admin.sendTransaction({ to, data });
    await chain.client.waitForTransactionReceipt({ hash });
  }

  const expected = { admin: admin.account.address, paymasterSigner: paymasterSigner.address };
  expect(await deployContracts(withAdmin)).toEqual(predictContracts(expected));
});
