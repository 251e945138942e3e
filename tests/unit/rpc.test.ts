import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { createRpc } from '#src/chain/rpc.ts';

type Asked = { id: number; method: string; params: [{ data: string }] };

type Refuses = { code: number; when(calls: number, length: number): boolean };
const tooLong: Refuses = { code: -32_600, when: (_, length) => length > 1_000_000 };

/** A node that answers each call with its data, and refuses what it does not take as nodes do: as a whole, without an id. */
async function node(refuses = tooLong) {
  const lengths: number[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      const asked = JSON.parse(body) as Asked | Asked[];
      lengths.push(Array.isArray(asked) ? asked.length : 1);
      const answer = ({ id, params: [{ data }] }: Asked) => ({ jsonrpc: '2.0', id, result: data });
      const refusal = { jsonrpc: '2.0', id: null, error: { code: refuses.code, message: 'not that' } };
      const fitting = Array.isArray(asked) ? asked.map(answer) : answer(asked);
      const refused = refuses.when([asked].flat().length, body.length);
      response.end(JSON.stringify(refused ? refusal : fitting));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const rpc = createRpc({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    timeoutMs: 5_000,
    batchSize: 100,
  });
  onTestFinished(async () => {
    await rpc.close();
    server.closeAllConnections();
    server.close();
  });
  const ask = (datas: readonly string[]) =>
    Promise.all(datas.map((data) => rpc.request('eth_call', [{ data }, 'latest'])));
  return { ask, lengths };
}

const datas = (count: number, length: number) =>
  Array.from({ length: count }, (_, n) => `0x${String(n).padStart(length, '0')}`);

it('calls of one moment share a request, a hundred at most', async () => {
  const { ask, lengths } = await node();
  const short = datas(150, 64);
  expect(await ask(short)).toEqual(short);
  expect(lengths.toSorted((a, b) => a - b)).toEqual([50, 100]);
  lengths.length = 0;
  expect(await ask(datas(1, 64))).toHaveLength(1);
  expect(lengths).toEqual([1]);
});

it('long ones share it with few, so that no node refuses it for its length', async () => {
  const { ask, lengths } = await node();
  const long = datas(100, 50_000);
  expect(await ask(long)).toEqual(long);
  expect(Math.max(...lengths)).toBeLessThan(10);
  // One that is long by itself goes alone.
  const longest = datas(2, 600_000);
  expect(await ask(longest)).toEqual(longest);
});

it('a node that takes few together is asked by as many, and remembered for it', async () => {
  const { ask, lengths } = await node({ code: -32_000, when: (calls) => calls > 10 });
  const many = datas(100, 64);
  expect(await ask(many)).toEqual(many);
  lengths.length = 0;
  expect(await ask(many)).toEqual(many);
  expect(Math.max(...lengths)).toBeLessThanOrEqual(10);
});

it('one that takes no two together is asked call by call', async () => {
  const { ask } = await node({ code: -32_600, when: (calls) => calls > 1 });
  const many = datas(20, 64);
  expect(await ask(many)).toEqual(many);
});

it('one that has had too many requests is not sent more of them', async () => {
  const { ask, lengths } = await node({ code: -32_005, when: () => true });
  await expect(ask(datas(20, 64))).rejects.toMatchObject({ code: -32_005 });
  expect(lengths).toEqual([20]);
});
