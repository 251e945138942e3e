import { describe, expect, it } from 'vitest';
import { inIpList, isIpBlock, networkOf } from '#src/core/ip-list.ts';

describe('IP lists', () => {
  it.each([
    ['10.0.0.0/8', '10.255.1.2', true],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['10.0.0.0/8', '::ffff:10.1.2.3', true],
    ['::ffff:10.0.0.0/104', '10.1.2.3', true],
    ['10.1.2.3', '10.1.2.3', true],
    ['10.1.2.3', '10.1.2.4', false],
    ['2001:db8::/32', '2001:db8:1::5', true],
    ['2001:db8::/32', '2001:db9::5', false],
    ['::1', '::1', true],
    ['fe80::/10', 'fe80::1%eth0', true],
    ['0.0.0.0/0', '8.8.8.8', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['10.0.0.0/8', 'nonsense', false],
  ])('%s and %s: %s', (block, address, inside) => {
    expect(inIpList([block], address)).toBe(inside);
  });

  it('takes whole addresses and blocks only', () => {
    const good = ['127.0.0.1', '10.0.0.0/8', '::/0', '2001:db8::/48', '::ffff:1.2.3.4'];
    const bad = [
      '',
      '10.1',
      '010.0.0.1',
      '0x7f.0.0.1',
      '10.0.0.0/33',
      '10.0.0.0/',
      '10.0.0.0/08',
      '1.2.3.4/8/8',
    ];
    expect(good.filter((one) => !isIpBlock(one))).toEqual([]);
    expect([...bad, '::/129', '::ffff:1.2.3.4/95', 'localhost'].filter(isIpBlock)).toEqual([]);
  });
});

it.each([
  ['10.1.2.3', '10.1.2.3'],
  ['::ffff:10.1.2.3', '10.1.2.3'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::9%eth0', '2001:db8:1:2::/64'],
  ['::1', '0:0:0:0::/64'],
  ['', ''],
])('%s is counted as %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});
