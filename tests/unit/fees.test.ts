import { RpcRequestError } from 'viem';
import { expect, test } from 'vitest';
import type { ChainClients } from '#src/chain/clients.ts';
import { createFees } from '#src/chain/user-operations/fees.ts';

const told = (code: number) =>
  new RpcRequestError({ body: {}, url: 'http://bundler', error: { code, message: 'no' } });
const price = { maxFeePerGas: '0x64', maxPriorityFeePerGas: '0xa' } as const;

/** A chain of base fee 7 and tip 10, and a bundler that throws its errors one after the other, then names its price. */
function clients(...errors: Error[]) {
  let asked = 0;
  const fake = {
    bundler: () => ({
      async request() {
        asked += 1;
        const error = errors.shift();
        if (error) throw error;
        return { fast: price };
      },
    }),
    public: () => ({
      getBlock: async () => ({ baseFeePerGas: 7n }),
      estimateMaxPriorityFeePerGas: async () => 10n,
    }),
  };
  return { clients: fake as unknown as ChainClients, asked: () => asked };
}

const fromBundler = { maxFeePerGas: 100n, maxPriorityFeePerGas: 10n };
const fromChain = { maxFeePerGas: 25n, maxPriorityFeePerGas: 11n };

test.each([429, -32_005, -32_603, -32_602])(
  'a bundler that answers %i once is asked again, and its price counts then',
  async (code) => {
    const { clients: given } = clients(told(code));
    const fees = createFees(given, 0);
    expect(await fees('base')).toEqual(fromChain);
    expect(await fees('base')).toEqual(fromBundler);
  },
);

test('a bundler without the method is asked once', async () => {
  const { clients: given, asked } = clients(told(-32_601));
  const fees = createFees(given, 0);
  expect([await fees('base'), await fees('base')]).toEqual([fromChain, fromChain]);
  expect(asked()).toBe(1);
});
