import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { verifyPayment } from '#schemas/facilitator/payments.ts';
import { createLogger } from '#src/http/logging.ts';
import { appOfTest } from '#tests/kit/app.ts';
import { newMerchant, newPayer, paymentBody } from './kit.ts';

/** Sends the start of a request, then one byte at a time, until it is cut off. @returns what was answered */
function dribble(base: URL, start: string): Promise<string> {
  const socket = connect(Number(base.port), base.hostname);
  let answer = '';
  // A byte sent after the cut makes a reset of the end, which may swallow the answer.
  socket.on('error', () => socket.destroy()).on('data', (bytes) => (answer += bytes.toString()));
  socket.write(start);
  const drops = setInterval(() => socket.writable && socket.write('a'), 50);
  return new Promise((resolve) => {
    socket.on('close', () => {
      clearInterval(drops);
      resolve(answer);
    });
  });
}

it('callers that send a byte now and then are cut off in time, and nobody waits behind them', async () => {
  const lines: { msg: string; level: number }[] = [];
  const log = createLogger('warn', { write: (line) => lines.push(JSON.parse(line)) });
  const test = await appOfTest({ requestTimeoutMs: 2_000, log });
  const base = new URL(await test.app.listen({ host: '127.0.0.1', port: 0 }));
  const merchant = await newMerchant(test.app);
  const payment = await paymentBody({
    localnet: test.localnet,
    payer: await newPayer(test.localnet),
    payTo: merchant.payTo,
  });
  const headers = { ...merchant.headers, 'content-type': 'application/json' };
  const head = Object.entries({ host: base.host, ...headers }).map(([name, value]) => `${name}: ${value}`);
  const post = `POST ${verifyPayment.path} HTTP/1.1`;
  const inHeaders = `${post}\r\n${head.join('\r\n')}\r\nx-slow: `;
  const inBody = `${post}\r\n${head.join('\r\n')}\r\ncontent-length: 5000\r\n\r\n{"a":"`;
  const slow = Promise.all(Array.from({ length: 200 }, (_, i) => dribble(base, i % 2 ? inHeaders : inBody)));
  const cut = new AbortController();
  void slow.then(() => cut.abort());

  let served = 0;
  while (!cut.signal.aborted) {
    const answer = await fetch(new URL(verifyPayment.path, base), {
      method: 'POST',
      headers,
      body: JSON.stringify(payment),
    });
    expect(await answer.json()).toMatchObject({ isValid: true });
    served += 1;
  }
  expect(served).toBeGreaterThan(20);
  const told = new Set((await slow).map((answer) => answer.split('\r\n')[0]));
  told.delete('');
  expect(told).toEqual(new Set(['HTTP/1.1 408 Request Timeout']));
  expect(lines.filter(({ level }) => level >= 50)).toEqual([]);
});
