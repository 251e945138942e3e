import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mintUsdc } from '#src/localnet/faucet.ts';
import { findOrStart } from './demo/instance.ts';
import { paymentsDemo } from './demo/payments.ts';
import { createReport } from './demo/report.ts';
import { tokensDemo } from './demo/tokens.ts';
import { walletsDemo } from './demo/wallets.ts';

const env = process.env;
const dataDir = env['DATA_DIR'] || '.chronos';
const report = createReport((line) => console.log(line));

/** Runs the main job against the instance on PORT, or one of its own; exits 1 when anything does not hold. */
async function main(): Promise<void> {
  const start = performance.now();
  const instance = await report.step(
    'instance',
    () => findOrStart({ port: env['PORT'] || '3000', dataDir, adminKey: env['ADMIN_MASTER_KEY'], env }),
    (found) => `${found.started ? 'started its own' : 'found a running one'}: ${found.base}`,
  );
  try {
    const file = join(dataDir, 'localnet', 'localnet.json');
    if (!existsSync(file))
      throw new Error(`the demo needs the local chain of an instance with DATA_DIR=${dataDir}`);
    const localnet = JSON.parse(readFileSync(file, 'utf8')) as Parameters<typeof mintUsdc>[0] & {
      rpcUrl: string;
      addresses: { usdc: `0x${string}` };
    };
    await walletsDemo({ ...instance, rpcUrl: localnet.rpcUrl, report });
    await paymentsDemo({
      base: instance.base,
      rpcUrl: localnet.rpcUrl,
      usdc: localnet.addresses.usdc,
      fund: (to, amount) => mintUsdc(localnet, to, amount),
      report,
    });
    await tokensDemo({ ...instance, rpcUrl: localnet.rpcUrl, report });
  } finally {
    await instance.stop();
  }
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(
    `\n${report.failures() === 0 ? 'All of it holds' : `${report.failures()} check(s) failed`}, ${seconds} s`,
  );
  if (report.failures() > 0) process.exitCode = 1;
}

await main();
