import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { verifyWebhook, WebhookVerificationError } from '#src/client/index.ts';
import { eventsOf, followEvents } from '#src/client/stream.ts';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const other = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;
const event = {
  object: 'event',
  id: 'evt_1',
  type: 'transaction.confirmed',
  data: { id: 'tx_1' },
  created: 1,
};
const payload = JSON.stringify(event);

function signed(at = new Date(), key = secret) {
  return {
    'webhook-id': 'evt_1',
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': new Webhook(key).sign('evt_1', at, payload),
  };
}

describe('a webhook', () => {
  test('that the reference implementation signed is taken, as headers of both kinds', async () => {
    const headers = signed();
    expect(await verifyWebhook({ payload, headers, secret })).toEqual(event);
    expect(
      await verifyWebhook({ payload: Buffer.from(payload), headers: new Headers(headers), secret }),
    ).toEqual(event);
  });

  test('during a rotation matches by either secret and either signature', async () => {
    const both = signed();
    both['webhook-signature'] =
      `${signed(new Date(), other)['webhook-signature']} ${both['webhook-signature']}`;
    expect(await verifyWebhook({ payload, headers: both, secret })).toEqual(event);
    expect(await verifyWebhook({ payload, headers: signed(), secret: [other, secret] })).toEqual(event);
  });

  test.each([
    ['another body', { payload: payload.replace('tx_1', 'tx_2') }],
    ['another secret', { secret: other }],
    ['an old time', { headers: signed(new Date(Date.now() - 301_000)) }],
    ['a time to come', { headers: signed(new Date(Date.now() + 302_000)) }],
    ['no time', { headers: { ...signed(), 'webhook-timestamp': 'x' } }],
    ['no signature', { headers: { ...signed(), 'webhook-signature': '' } }],
    ['another version', { headers: { ...signed(), 'webhook-signature': 'v2,AAAA' } }],
    ['nonsense', { headers: { ...signed(), 'webhook-signature': 'v1,*' } }],
    ['another id', { headers: { ...signed(), 'webhook-id': 'evt_2' } }],
  ])('with %s is refused', async (_, wrong) => {
    await expect(verifyWebhook({ payload, headers: signed(), secret, ...wrong })).rejects.toBeInstanceOf(
      WebhookVerificationError,
    );
  });
});

const bytes = (...chunks: string[]) =>
  new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk));
      controller.close();
    },
  });

describe('a stream', () => {
  test('is read however it is cut into chunks', async () => {
    const whole =
      ': hello\n\nid: 1\nevent: a.b\ndata: {"x":\ndata: "ä"}\n\nretry: 5\n\nid: 2\r\ndata: 7\r\n\r\ndata: lost';
    const raw = new TextEncoder().encode(whole);
    for (const size of [1, 2, 3, 1_000]) {
      const parts = Array.from({ length: Math.ceil(raw.length / size) }, (_, i) =>
        raw.subarray(i * size, (i + 1) * size),
      );
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          parts.forEach((part) => controller.enqueue(part));
          controller.close();
        },
      });
      const events = await Array.fromAsync(eventsOf(body));
      expect(events).toEqual([
        { id: '1', type: 'a.b', data: { x: 'ä' } },
        { id: '2', type: 'message', data: 7 },
      ]);
    }
  });

  test('goes on from the last event after a cut', async () => {
    const asked: (string | undefined)[] = [];
    const connect = async (last: string | undefined) => {
      asked.push(last);
      if (asked.length > 2) throw new Error('closed for today');
      return new Response(bytes(`id: ${asked.length}\ndata: {}\n\n`));
    };
    const ids: string[] = [];
    const reading = async () => {
      for await (const { id } of followEvents(connect, { lastEventId: '0' })) ids.push(id);
    };
    await expect(reading()).rejects.toThrow('closed for today');
    expect([ids, asked]).toEqual([
      ['1', '2'],
      ['0', '1', '2'],
    ]);
  });
});
