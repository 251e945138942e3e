/** A process that opens a data folder and holds it until it is killed. */
import { openDatabase } from '#src/db/client.ts';

const quiet = { info() {}, warn() {}, error() {} };
const database = await openDatabase({ dataDir: process.argv[2] ?? '', log: quiet });
await database.ping();
process.send?.('open');
setInterval(() => {}, 60_000);
