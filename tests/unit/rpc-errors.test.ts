import { RpcRequestError } from 'viem';
import { expect, it } from 'vitest';
import { revertOf } from '#src/chain/errors.ts';

const answered = (message: string, code = -32_000, data?: string) =>
  new RpcRequestError({ body: {}, url: 'http://node', error: { code, message, ...(data ? { data } : {}) } });

it.each([
  'execution reverted',
  'out of gas',
  'contract creation code storage out of gas',
  'invalid opcode: INVALID',
  'invalid jump destination',
  'stack underflow (0 <=> 1)',
  'stack limit reached 1024 (1023)',
  'return data out of bounds',
  'write protection',
  'EVM error OutOfGas',
  'EVM error MemoryOOG',
  'EVM error StackOverflow',
  'VM execution error: OOG',
])('"%s" is the word of the call', (text) => {
  expect(revertOf(answered(text))).toBe('0x');
});

it('revert data is kept, whatever the text', () => {
  expect(revertOf(answered('something', 3))).toBe('0x');
  expect(revertOf(answered('something', -32_015, '0x1234'))).toBe('0x1234');
});

it.each([
  'header not found',
  'rate limit exceeded',
  'missing trie node',
  'method not found',
  'too many logs',
])('"%s" is the word of the node', (text) => {
  expect(revertOf(answered(text))).toBeNull();
});
