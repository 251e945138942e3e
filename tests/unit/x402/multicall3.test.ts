import { expect, it } from 'vitest';
import fc from 'fast-check';
import { encodeFunctionData, encodeFunctionResult, type Hex, multicall3Abi, parseAbi } from 'viem';
import { decodeAggregate3, encodeAggregate3, encodeTryAggregate } from '#src/chain/multicall3.ts';

const hex = (bytes: Uint8Array): Hex => `0x${Buffer.from(bytes).toString('hex')}`;
const address = fc.uint8Array({ minLength: 20, maxLength: 20 }).map(hex);
const data = fc.uint8Array({ maxLength: 300 }).map(hex);

it("encodes and decodes aggregate3 as viem's codec does", () => {
  const legs = fc.array(fc.record({ to: address, data, ok: fc.boolean() }), { maxLength: 12 });
  fc.assert(
    fc.property(legs, (list) => {
      const theirs = encodeFunctionData({
        abi: multicall3Abi,
        functionName: 'aggregate3',
        args: [list.map((leg) => ({ target: leg.to, allowFailure: true, callData: leg.data }))],
      });
      expect(encodeAggregate3(list)).toBe(theirs);
      const answer = encodeFunctionResult({
        abi: multicall3Abi,
        functionName: 'aggregate3',
        result: list.map((leg) => ({ success: leg.ok, returnData: leg.data })),
      });
      expect(decodeAggregate3(answer)).toEqual(list.map((leg) => ({ ok: leg.ok, data: leg.data })));
    }),
  );
});

it("encodes tryAggregate as viem's codec does", () => {
  const abi = parseAbi([
    'function tryAggregate(bool requireSuccess, (address target, bytes callData)[] calls) returns ((bool success, bytes returnData)[])',
  ]);
  fc.assert(
    fc.property(fc.array(fc.record({ to: address, data }), { maxLength: 12 }), (list) => {
      const calls = list.map((leg) => ({ target: leg.to, callData: leg.data }));
      expect(encodeTryAggregate(list)).toBe(encodeFunctionData({ abi, args: [false, calls] }));
    }),
  );
});

it('refuses what is no such answer', () => {
  for (const bad of ['0x', '0x00', `0x${'ff'.repeat(64)}`, `0x${'0'.repeat(62)}20${'0'.repeat(62)}05`]) {
    expect(() => decodeAggregate3(bad)).toThrow();
  }
});
