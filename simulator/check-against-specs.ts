import process from 'node:process';
import { createSimulator } from './server.ts';
import { checkAgainstSpecs } from './specs/check.ts';

/** Compares the simulator's answers with a folder of BigCommerce's OpenAPI specifications; exit code 1 if they differ. */
async function main(): Promise<void> {
  const folder = process.argv[2];
  if (folder === undefined) {
    process.stderr.write(
      'Give the folder of BigCommerce OpenAPI specifications, as in `check-against-specs.js FOLDER`.\n',
    );
    process.exitCode = 2;
    return;
  }
  const simulator = createSimulator();
  const { calls, deviations } = await checkAgainstSpecs(simulator, folder);
  await simulator.close();
  const surprising = deviations.filter((deviation) => deviation.reason === undefined);
  for (const { text, reason } of deviations)
    process.stdout.write(`${reason === undefined ? 'DIFFERS' : `known (${reason})`}  ${text}\n`);
  process.stdout.write(
    `${calls} calls, ${deviations.length - surprising.length} known differences, ${surprising.length} others\n`,
  );
  if (surprising.length > 0) process.exitCode = 1;
}

await main();
