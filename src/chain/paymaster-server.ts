import { createServer, type IncomingMessage, type Server } from 'node:http';
import { request } from 'undici';
import { getAddress, isAddress, isHex, numberToHex, type Address, type Hex, type LocalAccount } from 'viem';
import { signPaymasterData, stubPaymasterData, type SponsoredOperation } from './paymaster-data.ts';

/** Throw it from a policy to refuse an operation; the reason reaches the caller. */
export class SponsorshipDeniedError extends Error {
  override readonly name = 'SponsorshipDeniedError';
}

/** What a policy sees; gas fields are absent while only the stub is asked. */
export type SponsorshipRequest = Partial<SponsoredOperation> & { sender: Address; callData: Hex };

export type PaymasterOptions = {
  signer: LocalAccount;
  paymaster: Address;
  entryPoint: Address;
  chainId: number;
  /** Bundler that gets every other method, so that one URL serves both roles. */
  bundlerUrl: string;
  /** Throws SponsorshipDeniedError to refuse. */
  policy?: (operation: SponsorshipRequest, context: unknown) => void | Promise<void>;
  /** Seconds a sponsorship stays valid. */
  validFor?: number;
  /** Unix seconds as the chain sees them. */
  now: () => number | Promise<number>;
  /** Told what a caller is not: the cause of an internal error. */
  onError?: (error: unknown) => void;
};

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type RpcRequest = { jsonrpc?: Json; id?: Json; method?: Json; params?: Json };

class RpcError extends Error {
  readonly code: number;

  constructor(code: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

const maxBodyBytes = 1_048_576;
const verificationGasLimit = 60_000n;
// SponsorPaymaster returns no context, so postOp never runs; some bundlers refuse 0
const postOpGasLimit = 1n;

const uint =
  (bits: number) =>
  (value: Json | undefined, name: string): bigint => {
    if (typeof value !== 'string' || !isHex(value) || value === '0x' || value.length > 2 + bits / 4) {
      throw new RpcError(-32602, `${name} must be a hex quantity of at most ${bits} bits`);
    }
    return BigInt(value);
  };
const uint128 = uint(128);
const uint256 = uint(256);
const bytes = (value: Json | undefined, name: string): Hex => {
  if (typeof value !== 'string' || !isHex(value)) throw new RpcError(-32602, `${name} must be hex bytes`);
  return value;
};
const address = (value: Json | undefined, name: string): Address => {
  if (typeof value !== 'string' || !isAddress(value, { strict: false })) {
    throw new RpcError(-32602, `${name} must be an address`);
  }
  return getAddress(value);
};
const isPresent = (value: Json | undefined): value is Exclude<Json, null> =>
  value !== undefined && value !== null;

const isObject = (value: Json | undefined): value is { [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function readOperation(raw: { [key: string]: Json }): SponsorshipRequest {
  const optional = <T>(name: string, read: (value: Json | undefined, name: string) => T) =>
    isPresent(raw[name]) ? { [name]: read(raw[name], name) } : {};
  return {
    sender: address(raw['sender'], 'sender'),
    callData: bytes(raw['callData'], 'callData'),
    nonce: uint256(raw['nonce'], 'nonce'),
    ...optional('factory', address),
    ...optional('factoryData', bytes),
    ...optional('callGasLimit', uint128),
    ...optional('verificationGasLimit', uint128),
    ...optional('preVerificationGas', uint256),
    ...optional('maxFeePerGas', uint128),
    ...optional('maxPriorityFeePerGas', uint128),
    ...optional('paymasterVerificationGasLimit', uint128),
    ...optional('paymasterPostOpGasLimit', uint128),
  };
}

function complete(request: SponsorshipRequest): SponsoredOperation {
  const need = (name: keyof SponsoredOperation): bigint => {
    const value = request[name];
    if (typeof value !== 'bigint') throw new RpcError(-32602, `${name} is required`);
    return value;
  };
  return {
    ...request,
    nonce: need('nonce'),
    callGasLimit: need('callGasLimit'),
    verificationGasLimit: need('verificationGasLimit'),
    preVerificationGas: need('preVerificationGas'),
    maxFeePerGas: need('maxFeePerGas'),
    maxPriorityFeePerGas: need('maxPriorityFeePerGas'),
    paymasterVerificationGasLimit: request.paymasterVerificationGasLimit ?? verificationGasLimit,
    paymasterPostOpGasLimit: request.paymasterPostOpGasLimit ?? postOpGasLimit,
  };
}

/** ERC-7677: answers the two paymaster methods; throws what sponsor() turns into a JSON-RPC error. */
async function sponsor(options: PaymasterOptions, method: string, params: Json | undefined): Promise<Json> {
  const [rawOperation, entryPoint, chainId, context] = Array.isArray(params) ? params : [];
  if (!isObject(rawOperation)) throw new RpcError(-32602, 'the first parameter must be a user operation');
  if (address(entryPoint, 'entryPoint') !== getAddress(options.entryPoint)) {
    throw new RpcError(-32602, 'this EntryPoint is not sponsored');
  }
  if (uint256(chainId, 'chainId') !== BigInt(options.chainId)) throw new RpcError(-32602, 'another chain');
  const operation = readOperation(rawOperation);
  await options.policy?.(operation, context ?? null);
  if (method === 'pm_getPaymasterStubData') {
    return {
      paymaster: options.paymaster,
      paymasterData: stubPaymasterData(),
      paymasterVerificationGasLimit: numberToHex(verificationGasLimit),
      paymasterPostOpGasLimit: numberToHex(postOpGasLimit),
      isFinal: false,
    };
  }
  const full = complete(operation);
  const window = { validUntil: Math.floor(await options.now()) + (options.validFor ?? 300), validAfter: 0 };
  const { signer, paymaster } = options;
  return {
    paymaster,
    paymasterData: await signPaymasterData({
      signer,
      operation: full,
      paymaster,
      chainId: options.chainId,
      window,
    }),
    paymasterVerificationGasLimit: numberToHex(full.paymasterVerificationGasLimit),
    paymasterPostOpGasLimit: numberToHex(full.paymasterPostOpGasLimit),
  };
}

function toRpcError(error: unknown, { onError }: PaymasterOptions): { code: number; message: string } {
  const isCallersFault =
    error instanceof SponsorshipDeniedError || (error instanceof RpcError && !error.cause);
  if (!isCallersFault) onError?.(error);
  if (error instanceof RpcError) return { code: error.code, message: error.message };
  if (error instanceof SponsorshipDeniedError) return { code: -32001, message: error.message };
  return { code: -32603, message: 'internal error' };
}

async function forward(bundlerUrl: string, call: Json): Promise<Json> {
  try {
    const { body } = await request(bundlerUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(call),
    });
    return (await body.json()) as Json;
  } catch (cause) {
    throw new RpcError(-32000, 'the bundler does not answer', { cause });
  }
}

async function answer(options: PaymasterOptions, call: Json): Promise<Json> {
  if (!isObject(call) || typeof call['method'] !== 'string') {
    return { jsonrpc: '2.0', id: null, error: { code: -32600, message: 'not a JSON-RPC request' } };
  }
  const { id = null, method, params } = call as RpcRequest & { method: string };
  try {
    if (!method.startsWith('pm_getPaymaster')) return await forward(options.bundlerUrl, call);
    if (method !== 'pm_getPaymasterStubData' && method !== 'pm_getPaymasterData') {
      throw new RpcError(-32601, `${method} is unknown`);
    }
    return { jsonrpc: '2.0', id, result: await sponsor(options, method, params) };
  } catch (error) {
    return { jsonrpc: '2.0', id, error: toRpcError(error, options) };
  }
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parse(body: string): Json | undefined {
  try {
    return JSON.parse(body) as Json;
  } catch {
    return undefined;
  }
}

/** Answers one JSON-RPC call or batch; usable behind any HTTP server. */
export async function handlePaymasterRpc(options: PaymasterOptions, body: string): Promise<string> {
  const call = parse(body);
  if (call === undefined) {
    return JSON.stringify({ jsonrpc: '2.0', id: null, error: { code: -32700, message: 'not JSON' } });
  }
  // an empty batch is an invalid request, JSON-RPC 2.0 section 6
  const reply =
    Array.isArray(call) && call.length > 0
      ? await Promise.all(call.map((one) => answer(options, one)))
      : await answer(options, call);
  return JSON.stringify(reply);
}

/** An HTTP server around handlePaymasterRpc; the caller listens and closes. */
export function createPaymasterServer(options: PaymasterOptions): Server {
  return createServer((request, response) => {
    const reply = (status: number, body = '') =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    if (request.method !== 'POST') return void reply(405);
    readBody(request)
      .then(async (body) =>
        body === undefined ? reply(413) : reply(200, await handlePaymasterRpc(options, body)),
      )
      .catch(() => response.destroy());
    return undefined;
  });
}
