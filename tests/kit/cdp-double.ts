import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Hex, parseTransaction } from 'viem';
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts';
import type { CdpAccess } from '#src/chain/keys/cdp-sdk.ts';
import { checkClaims, readJwt, requestHash } from './cdp-jwt.ts';

type Body = Record<string, unknown>;
export type Seen = { method: string; path: string; headers: IncomingMessage['headers']; body: Body | null };
export type Answer = { status: number; body: Body };
/** What goes wrong instead of (or with) the true answer. */
export type Fault =
  | 'hang'
  | 'cut'
  | 'reset'
  | { status: number; body: string | Body; headers?: Record<string, string> };

/** An answer that is no 2xx. */
class Refusal extends Error {
  readonly status: number;
  readonly type: string;

  constructor(status: number, type: string, message: string) {
    super(message);
    this.status = status;
    this.type = type;
  }
}

export type CdpDouble = {
  /** Fitting credentials and the base path. */
  access: CdpAccess;
  /** Requests in order of arrival, refused ones too. */
  seen: Seen[];
  accounts: Map<string, PrivateKeyAccount>;
  /** Set to break answers; undefined leaves a request alone. */
  fault: ((request: Seen) => Fault | undefined) | undefined;
  stop(): Promise<void>;
};

const namePattern = /^[A-Za-z0-9][A-Za-z0-9-]{0,34}[A-Za-z0-9]$/;
const uuid4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** A key pair as the portal gives it out: secret text and what verifies it. */
export function newApiKey(kind: 'ed25519' | 'es256'): { secret: string; verifier: KeyObject } {
  if (kind === 'es256') {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const secret = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
    return { secret, verifier: pair.publicKey };
  }
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const { d = '', x = '' } = privateKey.export({ format: 'jwk' });
  const bytes = Buffer.concat([Buffer.from(d, 'base64url'), Buffer.from(x, 'base64url')]);
  return { secret: bytes.toString('base64'), verifier: publicKey };
}

export function newWalletSecret(): { secret: string; verifier: KeyObject } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const der = privateKey.export({ type: 'pkcs8', format: 'der' });
  return { secret: der.toString('base64'), verifier: publicKey };
}

/** The part of Coinbase's API that wallets use: it checks all it is sent, and signs with keys it holds. */
export async function startCdpDouble(kind: 'ed25519' | 'es256' = 'ed25519'): Promise<CdpDouble> {
  const [api, wallet, apiKeyId] = [newApiKey(kind), newWalletSecret(), randomUUID()];
  const accounts = new Map<string, PrivateKeyAccount>();
  const used = new Set<unknown>();
  const replays = new Map<string, { hash: string; answer: Answer }>();

  const spend = (token: unknown): void => {
    if (typeof token !== 'string' || used.has(token)) throw new Error('a token was used twice');
    used.add(token);
  };
  const authenticate = (request: Seen): void => {
    const uri = `${request.method} ${request.headers.host}${request.path}`;
    try {
      const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
      const jwt = readJwt(token, api.verifier);
      checkClaims(jwt, uri);
      const { sub, iss, exp = 0, nbf = 0 } = jwt.claims;
      if (sub !== apiKeyId || jwt.header['kid'] !== apiKeyId || iss !== 'cdp')
        throw new Error('another key id');
      if (exp < Date.now() / 1000 || exp - nbf > 120) throw new Error('expired or lives too long');
      spend(jwt.header['nonce']);
    } catch (error) {
      throw new Refusal(401, 'unauthorized', `The request is not properly authenticated: ${String(error)}`);
    }
    const walletToken = request.headers['x-wallet-auth'];
    if (request.method === 'GET' && walletToken === undefined) return;
    try {
      const jwt = readJwt(String(walletToken), wallet.verifier);
      checkClaims(jwt, uri);
      if (jwt.claims['reqHash'] !== requestHash(request.body)) throw new Error('reqHash of another body');
      spend(jwt.claims['jti']);
    } catch (error) {
      throw new Refusal(401, 'unauthorized', `Wallet authentication error: ${String(error)}`);
    }
  };
  const idempotent = (request: Seen, work: () => Promise<Answer>): Promise<Answer> => {
    const key = request.headers['x-idempotency-key'];
    if (key === undefined) return work();
    if (typeof key !== 'string' || !uuid4.test(key)) throw new Refusal(400, 'invalid_request', 'no UUID v4');
    const hash = requestHash([request.path, request.body]);
    const known = replays.get(key);
    if (known && known.hash !== hash) throw new Refusal(422, 'idempotency_error', 'key of another request');
    if (known) return Promise.resolve(known.answer);
    return work().then((answer) => {
      replays.set(key, { hash, answer });
      return answer;
    });
  };
  const double: CdpDouble = {
    access: { apiKeyId, apiKeySecret: api.secret, walletSecret: wallet.secret, timeoutMs: 2_000 },
    seen: [],
    accounts,
    fault: undefined,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  const answer = async (request: Seen): Promise<Answer> => {
    try {
      authenticate(request);
      const route = request.path.replace('/platform/v2/evm/accounts', '');
      if (!request.path.startsWith('/platform/v2/evm/accounts'))
        throw new Refusal(404, 'not_found', 'no such path');
      return await idempotent(request, () => serve(accounts, request, route));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { status, type, message } = error;
      const body = {
        errorType: type,
        errorMessage: message,
        correlationId: 'corr-1',
        errorLink: 'https://docs',
      };
      return { status, body };
    }
  };
  const server = createServer((incoming, response) => {
    void read(incoming).then(async (request) => {
      double.seen.push(request);
      const fault = double.fault?.(request);
      await reply(response, fault, () => answer(request));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  double.access.basePath = `http://127.0.0.1:${(server.address() as AddressInfo).port}/platform`;
  return double;
}

async function read(incoming: IncomingMessage): Promise<Seen> {
  let text = '';
  for await (const part of incoming) text += String(part);
  const { method = '', url = '', headers } = incoming;
  return { method, path: url, headers, body: text ? (JSON.parse(text) as Body) : null };
}

async function reply(response: ServerResponse, fault: Fault | undefined, answer: () => Promise<Answer>) {
  if (fault === 'hang') return;
  const write = (status: number, body: string, headers: Record<string, string> = {}) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  if (fault === 'reset') {
    response.destroy();
    return;
  }
  if (typeof fault === 'object') {
    const { body } = fault;
    write(fault.status, typeof body === 'string' ? body : JSON.stringify(body), fault.headers);
    return;
  }
  const { status, body } = await answer();
  const text = JSON.stringify(body);
  if (fault !== 'cut') {
    write(status, text);
    return;
  }
  // Half of what was announced, then the end.
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': text.length });
  response.write(text.slice(0, text.length / 2), () => response.destroy());
}

async function serve(
  accounts: Map<string, PrivateKeyAccount>,
  request: Seen,
  route: string,
): Promise<Answer> {
  const { method, body } = request;
  if (request.headers['content-type'] !== 'application/json')
    throw new Refusal(400, 'invalid_request', 'no JSON');
  if (method === 'POST' && route === '') return create(accounts, fields(body, 'name'));
  const [, name] = /^\/by-name\/([^/]+)$/.exec(route) ?? [];
  const [, address, action] = /^\/(0x[0-9a-fA-F]{40})(?:\/(sign.*))?$/.exec(route) ?? [];
  const found = [...accounts].find(([key, one]) => key === name || one.address === address);
  if (!found) throw new Refusal(404, 'not_found', 'EVM account not found');
  if (method === 'GET' && !action)
    return { status: 200, body: { name: found[0], address: found[1].address } };
  if (method === 'POST' && action) return { status: 200, body: await sign(found[1], action, body) };
  throw new Refusal(404, 'not_found', 'no such path');
}

function create(accounts: Map<string, PrivateKeyAccount>, { name }: Body): Promise<Answer> {
  if (typeof name !== 'string' || !namePattern.test(name))
    throw new Refusal(400, 'invalid_request', 'bad name');
  if (accounts.has(name)) throw new Refusal(409, 'already_exists', 'EVM account with the given name exists');
  const account = privateKeyToAccount(generatePrivateKey());
  accounts.set(name, account);
  return Promise.resolve({ status: 201, body: { name, address: account.address } });
}

async function sign(account: PrivateKeyAccount, action: string, body: Body | null): Promise<Body> {
  switch (action) {
    case 'sign':
      return { signature: await account.sign({ hash: fields(body, 'hash')['hash'] as Hex }) };
    case 'sign/message':
      return {
        signature: await account.signMessage({ message: String(fields(body, 'message')['message']) }),
      };
    case 'sign/typed-data': {
      const data = fields(body, 'domain', 'types', 'primaryType', 'message');
      if (!(data['types'] as Body)['EIP712Domain'])
        throw new Refusal(400, 'invalid_request', 'types lack EIP712Domain');
      return { signature: await account.signTypedData(data as never) };
    }
    case 'sign/transaction': {
      const unsigned = parseTransaction(fields(body, 'transaction')['transaction'] as Hex);
      return { signedTransaction: await account.signTransaction(unsigned) };
    }
    default:
      throw new Refusal(404, 'not_found', 'no such path');
  }
}

/** The body when it has exactly these fields. */
function fields(body: Body | null, ...names: string[]): Body {
  const given = Object.keys(body ?? {})
    .toSorted()
    .join();
  if (given !== names.toSorted().join()) throw new Refusal(400, 'invalid_request', `fields ${given}`);
  return body ?? {};
}
