import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

type Options = { challenge: string; rpId?: string; rp?: { id: string }; user?: { id: string } };

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
const sha256 = (data: string | Uint8Array): Buffer => createHash('sha256').update(data).digest();

/** CBOR (RFC 8949) of what WebAuthn needs: integers, bytes, text, maps. */
function cbor(value: number | string | Uint8Array | Map<number | string, unknown>): Buffer {
  const head = (major: number, n: number): Buffer => {
    if (n < 24) return Buffer.from([(major << 5) | n]);
    if (n < 256) return Buffer.from([(major << 5) | 24, n]);
    return Buffer.from([(major << 5) | 25, n >> 8, n & 255]);
  };
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === 'string')
    return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (value instanceof Map) {
    const entries = [...value].flatMap(([key, inner]) => [cbor(key), cbor(inner as never)]);
    return Buffer.concat([head(5, value.size), ...entries]);
  }
  return Buffer.concat([head(2, value.length), value]);
}

/** A passkey as an authenticator holds it (WebAuthn Level 3, ES256, attestation none), for one site. */
export function newAuthenticator(origin: string) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const id = randomBytes(16);
  let counter = 0;
  const { x, y } = publicKey.export({ format: 'jwk' });
  const coordinate = (part: string | undefined) => Buffer.from(part!, 'base64url');
  const cose = cbor(
    new Map<number, unknown>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, coordinate(x)],
      [-3, coordinate(y)],
    ]),
  );
  const clientData = (type: string, challenge: string) =>
    Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
  /** Present and verified (0x05), and credential data (0x40) where there is any. */
  const authData = (rpId: string, credential?: Buffer) => {
    const count = Buffer.alloc(4);
    count.writeUInt32BE((counter += 1));
    const flags = Buffer.from([credential ? 0x45 : 0x05]);
    return Buffer.concat([sha256(rpId), flags, count, credential ?? Buffer.alloc(0)]);
  };
  const envelope = (response: Record<string, string>) => ({
    id: base64(id),
    rawId: base64(id),
    type: 'public-key',
    clientExtensionResults: {},
    response,
  });
  return {
    /** What `navigator.credentials.create` gives. */
    create(options: Options) {
      const length = Buffer.from([0, id.length]);
      const data = authData(options.rp!.id, Buffer.concat([Buffer.alloc(16), length, id, cose]));
      const attestation = new Map<string, unknown>([
        ['fmt', 'none'],
        ['attStmt', new Map()],
        ['authData', data],
      ]);
      return envelope({
        clientDataJSON: base64(clientData('webauthn.create', options.challenge)),
        attestationObject: base64(cbor(attestation)),
      });
    },
    /** What `navigator.credentials.get` gives. */
    get(options: Options) {
      const data = authData(options.rpId!);
      const client = clientData('webauthn.get', options.challenge);
      return envelope({
        clientDataJSON: base64(client),
        authenticatorData: base64(data),
        signature: base64(sign('sha256', Buffer.concat([data, sha256(client)]), privateKey)),
      });
    },
    /** Steps back, as a copy of the authenticator would. */
    rewind: () => (counter = 0),
  };
}
