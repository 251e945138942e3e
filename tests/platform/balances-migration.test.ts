import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openDatabase } from '#src/db/client.ts';
import { migrationsFolder } from '#src/db/handle.ts';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const nobody = `0x${'0'.repeat(40)}`;

it('transfers that were read before add up to balances and items', async () => {
  const names = (await readdir(migrationsFolder)).filter((name) => name.endsWith('.sql')).toSorted();
  const files = await Promise.all(names.map((name) => readFile(join(migrationsFolder, name), 'utf8')));
  const first = files.findIndex((text) => text.includes('CREATE TABLE "token_balances"'));
  expect(first).toBeGreaterThan(0);
  const database = await openDatabase({ dataDir: 'memory://', log: quiet });
  onTestFinished(() => database.close());
  for (const text of files.slice(0, first)) await database.executeSql(text);
  const moves = [
    ['tok_a', nobody, 'ann', 10, null],
    ['tok_a', 'ann', 'bob', 4, null],
    ['tok_b', nobody, 'ann', 1, 7],
    ['tok_b', nobody, 'ann', 1, 8],
    ['tok_b', 'ann', nobody, 1, 8],
    ['tok_b', nobody, 'bob', 1, 9],
  ] as const;
  for (const [n, [token, from, to, amount, item]] of moves.entries())
    await database.executeSql(`insert into token_transfers (network, block_number, log_index, position, block_hash, tx_hash,
      token_id, owner, address, "from", "to", amount, item_id, own) values ('net', ${n}, 0, 0, '', '', '${token}',
      'tenant:a:test', '0x1', '${from}', '${to}', ${amount}, ${item}, false)`);
  for (const text of files.slice(first)) await database.executeSql(text);
  const { rows } = await database.executeSql(
    'select token_id, item_id::int as item, account, balance::int as balance from token_balances order by 1, 2, 3',
  );
  expect(rows.map((row) => Object.values(row))).toEqual([
    ['tok_a', -1, 'ann', 6],
    ['tok_a', -1, 'bob', 4],
    ['tok_b', -1, 'ann', 1],
    ['tok_b', -1, 'bob', 1],
    ['tok_b', 7, 'ann', 1],
    ['tok_b', 9, 'bob', 1],
  ]);
  const counted = await database.executeSql(
    'select token_id, item_id::int as item, holders from token_holder_counts order by 1, 2',
  );
  expect(counted.rows.map((row) => Object.values(row))).toEqual([
    ['tok_a', -1, 2],
    ['tok_b', -1, 2],
    ['tok_b', 7, 1],
    ['tok_b', 9, 1],
  ]);
  const items = await database.executeSql(
    'select id, item_id::int as item, supply::int as supply, moves, mint, owner from nfts order by 2',
  );
  const id = expect.stringMatching(/^nft_[0-9a-f]{24}$/) as string;
  const common = { id, mint: 'none', owner: 'tenant:a:test' };
  expect(items.rows).toEqual([
    { ...common, item: 7, supply: 1, moves: 1 },
    { ...common, item: 8, supply: 0, moves: 2 },
    { ...common, item: 9, supply: 1, moves: 1 },
  ]);
});
