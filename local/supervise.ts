import { StackBusyError } from './claims.ts';
import { printEvent } from './detached.ts';
import { runStack, type StackOptions } from './stack.ts';

const options = JSON.parse(process.argv[2] ?? '{}') as Omit<StackOptions, 'onEvent'>;
try {
  await runStack({ ...options, onEvent: printEvent });
  process.exit(0);
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof StackBusyError ? { code: error.code } : {};
  printEvent({ type: 'failed', message, ...code });
  process.exit(1);
}
