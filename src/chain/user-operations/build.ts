import { hexToBigInt, type PublicClient } from 'viem';
import {
  formatUserOperationRequest,
  getUserOperationHash,
  type SmartAccount,
} from 'viem/account-abstraction';
import type { Address, Hex } from '#src/core/hex.ts';
import type { Call, SignedSubmission } from '#src/core/journal.ts';
import type { AccountRecord } from '#src/core/ports/accounts.ts';
import type { ChainClients } from '../clients.ts';
import type { SmartAccounts } from '../smart-accounts/accounts.ts';
import type { Fees } from './fees.ts';
import { type Operation, serialiseOperation } from './operation.ts';
import { sponsor, type SponsorFields, sponsorStub } from './paymaster.ts';

/**
 * Between the estimate and the block calls may become dearer: by 20,000 for each checkpoint of votes (ERC-5805) that no
 * longer falls into the second of the one before it, by 17,100 for a balance that was emptied. EntryPoint 0.7 keeps a
 * tenth of what is left over.
 */
const spareGas = 50_000n;

/** What the chain says of an account before an operation is built. */
export type AccountState = { deployed: boolean; nonce: bigint; block: bigint; time: number };

export type BuildInput = {
  network: string;
  account: AccountRecord;
  state: AccountState;
  calls: readonly Call[];
  fees: Fees;
};

export type BuildPorts = { clients: ChainClients; accounts: SmartAccounts; validForSeconds: number };

/** An operation whose gas is known, not yet signed. */
export type Plan = {
  /** Sum of its gas limits. */
  gas: bigint;
  /** The most it can cost whoever pays for it, wei. */
  maxCost: bigint;
  /** Asks for the final sponsorship and signs. */
  sign(): Promise<SignedSubmission>;
};

type Estimate = {
  preVerificationGas: Hex;
  verificationGasLimit: Hex;
  callGasLimit: Hex;
  paymasterVerificationGasLimit?: Hex;
  paymasterPostOpGasLimit?: Hex;
};

/** Estimated with a stand-in for sponsorship; nothing is signed. Throws what the bundler or the paymaster answered. */
export async function planOperation(ports: BuildPorts, input: BuildInput): Promise<Plan> {
  const client = ports.clients.public(input.network);
  const validUntil = input.state.time + ports.validForSeconds;
  const account = await ports.accounts.open(input.account, client, validUntil);
  const draft = await draftOperation(account, input);
  const sponsoring = sponsorWith(ports.clients, client, input);

  const stub = await sponsoring.stub(draft);
  const estimate = await estimateGas(ports.clients, input, { ...draft, ...stub?.fields });
  const estimated = { ...draft, ...stub?.fields, ...estimate };
  const gas = gasOf(estimated);
  return {
    gas,
    maxCost: gas * estimated.maxFeePerGas,
    async sign() {
      const paid = stub?.isFinal ? null : await sponsoring.final(estimated);
      const unsigned = { ...estimated, ...paid } as Operation;
      const signature = await account.signUserOperation(unsigned);
      return signed(client, input, { ...unsigned, signature }, validUntil);
    },
  };
}

function gasOf(operation: Operation): bigint {
  return (
    operation.callGasLimit +
    operation.verificationGasLimit +
    operation.preVerificationGas +
    (operation.paymasterVerificationGasLimit ?? 0n) +
    (operation.paymasterPostOpGasLimit ?? 0n)
  );
}

async function draftOperation(account: SmartAccount, input: BuildInput): Promise<Operation> {
  const { factory, factoryData } = input.state.deployed ? {} : await account.getFactoryArgs();
  return {
    sender: input.account.address,
    nonce: input.state.nonce,
    callData: await account.encodeCalls(input.calls),
    // The keys must be there even when empty: permissionless tells EntryPoint 0.7's operations by them.
    factory: factory as Address,
    factoryData: factoryData as Hex,
    ...input.fees,
    callGasLimit: 0n,
    verificationGasLimit: 0n,
    preVerificationGas: 0n,
    signature: await account.getStubSignature(),
  };
}

function sponsorWith(clients: ChainClients, client: PublicClient, input: BuildInput) {
  const rpc = clients.paymaster(input.network);
  const common = { entryPoint: input.account.entryPoint, chainId: client.chain?.id ?? 0 };
  return {
    async stub(operation: Operation): Promise<{ fields: SponsorFields; isFinal: boolean } | null> {
      if (!rpc) return null;
      const { isFinal, ...fields } = await sponsorStub(rpc, { ...common, operation });
      return { fields, isFinal };
    },
    final: (operation: Operation): Promise<SponsorFields | null> =>
      rpc ? sponsor(rpc, { ...common, operation }) : Promise.resolve(null),
  };
}

async function estimateGas(clients: ChainClients, input: BuildInput, draft: Operation) {
  const { callGasLimit: _c, verificationGasLimit: _v, preVerificationGas: _p, ...open } = draft;
  const answer = (await clients
    .bundler(input.network)
    .request('eth_estimateUserOperationGas', [
      formatUserOperationRequest(open),
      input.account.entryPoint,
    ])) as Estimate;
  const { paymasterVerificationGasLimit: verification, paymasterPostOpGasLimit: postOp } = answer;
  return {
    callGasLimit: hexToBigInt(answer.callGasLimit) + spareGas,
    verificationGasLimit: hexToBigInt(answer.verificationGasLimit),
    preVerificationGas: hexToBigInt(answer.preVerificationGas),
    ...(verification === undefined ? {} : { paymasterVerificationGasLimit: hexToBigInt(verification) }),
    ...(postOp === undefined ? {} : { paymasterPostOpGasLimit: hexToBigInt(postOp) }),
  };
}

function signed(
  client: PublicClient,
  input: BuildInput,
  operation: Operation,
  validUntil: number,
): SignedSubmission {
  const { entryPoint } = input.account;
  const hash = getUserOperationHash({
    chainId: client.chain?.id ?? 0,
    entryPointAddress: entryPoint,
    entryPointVersion: '0.7',
    userOperation: operation,
  });
  return {
    kind: 'user_operation',
    hash,
    raw: serialiseOperation(operation, entryPoint, input.state.block),
    sender: operation.sender,
    nonce: operation.nonce,
    validUntil,
    maxFeePerGas: operation.maxFeePerGas,
    maxPriorityFeePerGas: operation.maxPriorityFeePerGas,
  };
}
