import { describe, expect, it } from 'vitest';
import { shareCalls } from '#src/chain/x402-sharing.ts';
import type { Address } from '#src/core/hex.ts';
import type { ChainAnswer, ChainQuestion } from '#src/core/probe.ts';

const address = (n: number): Address => `0x${n.toString(16).padStart(40, '0')}`;
const question = (payer: number, payTo = 1_000): ChainQuestion => ({
  reads: [],
  simulation: [{ to: address(7), data: '0x01' }],
  gas: 1n,
  between: { payer: address(payer), payTo: address(payTo) },
});
const answer = (ok: boolean): ChainAnswer => ({ timestamp: 1n, reads: [], simulation: [{ ok, data: '0x' }] });

type Asked = { questions: readonly ChainQuestion[]; answer(ok?: boolean[]): void; fail(error: Error): void };

/** A chain that answers when it is told to. */
function world() {
  const asked: Asked[] = [];
  const ask = shareCalls((_network, questions) => {
    const { promise, resolve, reject } = Promise.withResolvers<ChainAnswer[]>();
    asked.push({
      questions,
      answer: (ok) => resolve(questions.map((_, i) => answer(ok?.[i] ?? true))),
      fail: reject,
    });
    return promise;
  });
  return { asked, ask: (one: ChainQuestion) => ask('base', one) };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
const payersOf = ({ questions }: Asked) => questions.map(({ between }) => Number(between?.payer));

describe('sharing calls', () => {
  it('asks a lone question at once', async () => {
    const { asked, ask } = world();
    const done = ask(question(1));
    await turn();
    expect(asked).toHaveLength(1);
    asked[0]?.answer();
    expect((await done).simulation).toEqual([{ ok: true, data: '0x' }]);
  });

  it('asks what comes in one turn together, 25 in a call', async () => {
    const { asked, ask } = world();
    const done = Array.from({ length: 60 }, (_, i) => ask(question(i + 1)));
    await turn();
    expect(asked.map(({ questions }) => questions.length)).toEqual([25, 25, 10]);
    for (const one of asked) one.answer();
    expect(await Promise.all(done)).toHaveLength(60);
  });

  it('collects what comes while a request is under way', async () => {
    const { asked, ask } = world();
    const done: Promise<ChainAnswer>[] = [];
    for (let payer = 1; payer <= 6; payer++) {
      done.push(ask(question(payer)));
      await turn();
    }
    expect(asked.map(payersOf)).toEqual([[1]]);
    asked[0]?.answer();
    await done[0];
    // Who was just answered may ask again along with those who wait.
    done.push(ask(question(7)));
    await expect.poll(() => asked.map(payersOf)).toEqual([[1], [2, 3, 4, 5, 6, 7]]);
    asked[1]?.answer();
    await Promise.all(done);
  });

  it('is not held up by requests that hang', async () => {
    const { asked, ask } = world();
    const hanging: Promise<ChainAnswer>[] = [];
    for (const payer of [1, 2]) {
      hanging.push(ask(question(payer)));
      await expect.poll(() => asked.length).toBe(payer);
    }
    const third = ask(question(3));
    await expect.poll(() => asked.length).toBe(3);
    asked[2]?.answer();
    expect(await third).toBeDefined();
    asked[0]?.answer();
    asked[1]?.answer();
    await Promise.all(hanging);
  });

  it('puts nobody who pays twice, and nobody who is paid, into one call', async () => {
    const { asked, ask } = world();
    const done = [question(1), question(1), question(2, 1), question(3, 2), question(4)].map(ask);
    await turn();
    for (const one of asked) {
      const payers = payersOf(one);
      const payees = new Set(one.questions.map(({ between }) => Number(between?.payTo)));
      expect(new Set(payers).size).toBe(payers.length);
      expect(payers.filter((payer) => payees.has(payer))).toEqual([]);
      one.answer();
    }
    expect(asked.flatMap(payersOf).toSorted((a, b) => a - b)).toEqual([1, 1, 2, 3, 4]);
    await Promise.all(done);
  });

  it('asks again alone whatever failed in company, and believes that answer', async () => {
    const { asked, ask } = world();
    const done = [1, 2, 3].map((payer) => ask(question(payer)));
    await turn();
    asked[0]?.answer([true, false, false]);
    await done[0];
    expect(asked.slice(1).map(payersOf)).toEqual([[2], [3]]);
    asked[1]?.answer([true]);
    asked[2]?.answer([false]);
    expect((await Promise.all(done)).map(({ simulation }) => simulation[0]?.ok)).toEqual([true, true, false]);
  });

  it('tells all of a call that it failed', async () => {
    const { asked, ask } = world();
    const done = [1, 2].map((payer) => ask(question(payer)));
    await turn();
    asked[0]?.fail(new Error('no node'));
    expect(await Promise.allSettled(done)).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }]);
  });

  it('asks a question that must not share at once and alone', async () => {
    const { asked, ask } = world();
    const { between: _, ...lone } = question(1);
    const done = [ask(lone), ask(lone)];
    expect(asked.map(({ questions }) => questions.length)).toEqual([1, 1]);
    for (const one of asked) one.answer([false]);
    expect((await Promise.all(done)).map(({ simulation }) => simulation[0]?.ok)).toEqual([false, false]);
    expect(asked).toHaveLength(2);
  });
});
