import { HttpRequestError, RpcRequestError, TimeoutError } from 'viem';
import { describe, expect, it } from 'vitest';
import { failOver } from '#src/chain/fail-over.ts';
import type { Rpc } from '#src/chain/rpc.ts';

const url = 'http://127.0.0.1';
const told = (code: number, message: string) =>
  new RpcRequestError({ body: {}, url, error: { code, message } });
const silent = () => new HttpRequestError({ url, details: 'no connection' });
const status = (code: number) => new HttpRequestError({ url, status: code, details: 'refused' });

/** An endpoint that throws its errors one after the other, then answers its name. */
function endpoint(name: string, ...errors: Error[]) {
  const calls: string[] = [];
  const rpc: Rpc = {
    async request(method) {
      calls.push(method);
      const error = errors.shift();
      if (error) throw error;
      return name;
    },
    close: async () => undefined,
  };
  return { rpc, calls };
}

describe('fail-over of endpoints', () => {
  it('asks the first one only, while it answers', async () => {
    const [a, b] = [endpoint('a'), endpoint('b')];
    expect(await failOver([a.rpc, b.rpc])('eth_call')).toBe('a');
    expect(b.calls).toEqual([]);
  });

  it.each([
    ['no connection', silent()],
    ['too late', new TimeoutError({ body: {}, url })],
    ['429', status(429)],
    ['an error of its own', told(-32_603, 'Internal error')],
    ['a method it lacks', told(-32_601, 'no such method')],
    ['a block it lacks', told(-32_000, 'header not found')],
  ])('asks the next one after %s', async (_, error) => {
    const [a, b] = [endpoint('a', error), endpoint('b')];
    expect(await failOver([a.rpc, b.rpc])('eth_call')).toBe('b');
  });

  it.each([
    ['a revert', told(3, 'execution reverted')],
    ['a revert in other words', told(-32_000, 'execution reverted: no funds')],
    ['a refused transaction', told(-32_003, 'insufficient funds')],
  ])('takes %s for an answer', async (_, error) => {
    const [a, b] = [endpoint('a', error), endpoint('b')];
    await expect(failOver([a.rpc, b.rpc])('eth_call')).rejects.toBe(error);
    expect(b.calls).toEqual([]);
  });

  it('asks the whole list again when all stumble, three times in all', async () => {
    const [a, b] = [endpoint('a', silent(), silent()), endpoint('b', status(503), status(503))];
    expect(await failOver([a.rpc, b.rpc])('eth_call')).toBe('a');
    const down = endpoint('down', ...Array.from({ length: 9 }, silent));
    await expect(failOver([down.rpc])('eth_call')).rejects.toBeInstanceOf(HttpRequestError);
    expect(down.calls).toHaveLength(3);
  });

  it('does not repeat what will not get better', async () => {
    const a = endpoint('a', told(-32_601, 'no such method'));
    await expect(failOver([a.rpc])('eth_call')).rejects.toThrow('no such method');
    expect(a.calls).toHaveLength(1);
    const forbidden = endpoint('b', status(401));
    await expect(failOver([forbidden.rpc])('eth_call')).rejects.toBeInstanceOf(HttpRequestError);
    expect(forbidden.calls).toHaveLength(1);
  });
});
