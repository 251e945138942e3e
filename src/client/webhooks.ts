/** A webhook that is not what it says to be. */
export class WebhookVerificationError extends Error {
  override readonly name = 'WebhookVerificationError';
}

/** What a webhook carries (api: `GET /v1/events`). */
export type WebhookEvent = {
  object: 'event';
  id: string;
  type: string;
  data: Record<string, unknown>;
  /** Unix seconds. */
  created: number;
};

export type WebhookInput = {
  /** The body, byte for byte as it came. */
  payload: string | Uint8Array;
  headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>;
  /** `whsec_…` of the endpoint; during a rotation the old one as well. */
  secret: string | readonly string[];
  /** Seconds that sender's and receiver's clocks may differ; 300 by default. */
  toleranceSeconds?: number;
};

const encoder = new TextEncoder();

function headerOf(headers: WebhookInput['headers'], name: string): string {
  const found = headers instanceof Headers ? headers.get(name) : headers[name];
  if (typeof found !== 'string' || found === '') throw new WebhookVerificationError(`${name} is missing`);
  return found;
}

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64), (char) => char.codePointAt(0)!);

function decoded(base64: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return bytesOf(base64);
  } catch {
    return undefined;
  }
}

/**
 * Checks the signature and age of a webhook and answers its event.
 * Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`, any of the `v1,` signatures may match.
 * @throws WebhookVerificationError
 */
export async function verifyWebhook(input: WebhookInput): Promise<WebhookEvent> {
  const { headers, toleranceSeconds = 300 } = input;
  const id = headerOf(headers, 'webhook-id');
  const timestamp = headerOf(headers, 'webhook-timestamp');
  const age = Math.abs(Date.now() / 1_000 - Number(timestamp));
  if (!(age <= toleranceSeconds)) throw new WebhookVerificationError('webhook-timestamp is too far from now');
  const signatures = headerOf(headers, 'webhook-signature')
    .split(' ')
    .flatMap((one) => (one.startsWith('v1,') ? [decoded(one.slice(3))] : []));
  const payload = typeof input.payload === 'string' ? encoder.encode(input.payload) : input.payload;
  const signed = new Uint8Array([...encoder.encode(`${id}.${timestamp}.`), ...payload]);
  for (const secret of typeof input.secret === 'string' ? [input.secret] : input.secret) {
    const raw = bytesOf(secret.replace(/^whsec_/, ''));
    const key = await crypto.subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, [
      'verify',
    ]);
    for (const signature of signatures) {
      if (signature && (await crypto.subtle.verify('HMAC', key, signature, signed))) {
        return JSON.parse(new TextDecoder().decode(payload)) as WebhookEvent;
      }
    }
  }
  throw new WebhookVerificationError('no signature matches');
}
