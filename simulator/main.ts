import process from 'node:process';
import { JournalError } from './journal.ts';
import { readCommandLine } from './options.ts';
import { createSimulator, type Simulator } from './server.ts';

/** Starts the simulator from its command line and prints its URL as one line of JSON when it is ready. */
async function main(): Promise<void> {
  const commandLine = readCommandLine(process.argv.slice(2));
  if ('problems' in commandLine) return fail(commandLine.problems);
  try {
    const simulator = createSimulator(commandLine.simulator);
    stopOnSignals(simulator);
    const url = await simulator.listen(commandLine.port);
    process.stdout.write(`${JSON.stringify({ url })}\n`);
  } catch (error) {
    if (error instanceof JournalError) return fail([error.message]);
    if (isSystemError(error)) return fail([`The simulator cannot start: ${error.message}.`]);
    throw error;
  }
}

function fail(problems: readonly string[]): void {
  process.stderr.write(`${problems.join('\n')}\n`);
  process.exitCode = 2;
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error;
}

function stopOnSignals(simulator: Simulator): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => void simulator.close());
  }
}

await main();
