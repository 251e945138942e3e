import { expect, test } from 'vitest';
import { shares } from '#src/core/money.ts';
import { isMethod, selectorOf, uncoveredCall, utcDay } from '#src/core/sponsorship.ts';

test('selectors are those of the ABI', () => {
  expect(selectorOf('transfer(address,uint256)')).toBe('0xa9059cbb');
  expect(selectorOf('0xA9059CBB')).toBe('0xa9059cbb');
  expect(selectorOf('aggregate3((address,bool,bytes)[])')).toBe('0x82ad56cb');
});

test.each([
  ['transfer(address,uint256)', true],
  ['f()', true],
  ['aggregate3((address,bool,bytes)[])', true],
  ['0xa9059cbb', true],
  ['transfer', false],
  ['transfer(address to,uint256)', false],
  ['mint(uint)', false],
  ['mint(address,int[])', false],
  ['mint((uint,bool))', false],
  ['uint(uint256)', true],
  ['0xa9059c', false],
])('%s names a method: %s', (text, good) => {
  expect(isMethod(text)).toBe(good);
});

test('every call of an intent must be covered, whatever the case of its address', () => {
  const contract = '0xAbCdEf0000000000000000000000000000000001';
  const call = (data: `0x${string}`) => ({ to: contract.toLowerCase() as `0x${string}`, data, value: 0n });
  const allow = [{ contract: contract as `0x${string}`, methods: ['transfer(address,uint256)'] }];
  const transfer = call('0xa9059cbb00');
  expect(uncoveredCall({ allow }, [transfer])).toBeNull();
  expect(uncoveredCall({ allow }, [transfer, call('0x095ea7b3')])).toEqual({
    contract: contract.toLowerCase(),
    method: '0x095ea7b3',
  });
  expect(uncoveredCall({ allow }, [call('0x')])).toMatchObject({ method: '0x' });
  expect(uncoveredCall({ allow: null }, [call('0x')])).toBeNull();
});

test('shares differ by one at most and sum up', () => {
  expect(shares(10n, 3)).toEqual([4n, 3n, 3n]);
  expect(shares(0n, 2)).toEqual([0n, 0n]);
});

test('a day is UTC', () => {
  expect(utcDay(new Date('2026-11-25T23:59:59.999-01:00'))).toBe('2026-11-26');
});
