/** Runs as a process of its own: starts a localnet, tells where, and stays until it is killed. */
import { startLocalnet } from '#src/localnet/index.ts';

const dataDir = process.argv[2] ?? '';
const { rpcUrl, pid } = await startLocalnet({ dataDir, rpcPort: 0, bundlerPort: 0, log: () => undefined });
process.send?.({ rpcUrl, pid });
// a listener keeps the process alive
process.on('message', () => undefined);
