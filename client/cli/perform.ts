import { colors, printJson, remark } from './output.ts';
import type { OutputOptions } from './output.ts';
import type { ExitCode } from '../errors.ts';

interface Failure {
  code: string;
  message: string;
  hint: string;
  exitCode: ExitCode;
  extra?: Record<string, unknown>;
}

const INTERRUPTED: Failure = {
  ...{ code: 'interrupted', message: 'Interrupted.', exitCode: 130 },
  hint: 'What was done stays done and what was started goes on by itself; the same command again is safe.',
};

/** Runs a command; whatever it throws becomes one error, for people or as JSON, and its exit code. */
export async function perform(output: OutputOptions, work: () => Promise<ExitCode | void>): Promise<void> {
  process.once('SIGINT', function end() {
    // Whoever waits, serves or starts parts of its own hears it too and ends in order.
    if (process.listenerCount('SIGINT') > 0) return;
    report(output, INTERRUPTED);
    process.exit(INTERRUPTED.exitCode);
  });
  try {
    process.exitCode = (await work()) ?? 0;
  } catch (error) {
    const failure = await explain(error);
    process.exitCode = failure.exitCode;
    report(output, failure);
  }
}

/** Prints a failure where the reader expects it: as the one JSON document, or on standard error. */
export function report(output: OutputOptions, failure: Failure): void {
  const { code, message, hint, extra } = failure;
  if (output.json) printJson({ error: { code, message, hint, ...extra } });
  else {
    remark(`${colors.red('Error')} (${code}): ${message}`);
    if (hint) remark(`${colors.dim('What to do:')} ${hint}`);
  }
}

async function explain(error: unknown): Promise<Failure> {
  const { clientErrorOf } = await import('../errors.ts');
  if (error instanceof Error && error.name === 'AbortError') return INTERRUPTED;
  return clientErrorOf(error) ?? unexpected(error);
}

function unexpected(error: unknown): Failure {
  const { cause, message } = error as { cause?: { code?: unknown }; message?: string };
  // `fetch` says by its cause only why nobody answered.
  const { code = cause?.code } = error as { code?: unknown };
  const temporary =
    (typeof code === 'string' && /^(ECONN|ETIMEDOUT|EPIPE|57P0|55P03|08)/.test(code)) || isLostConnection(error);
  if (process.env['BCSOURCE_DEBUG'] && error instanceof Error) remark(error.stack ?? '');
  return {
    code: temporary ? 'temporarily_unavailable' : 'internal',
    message: message || String(error),
    hint: temporary
      ? 'Postgres or Temporal went away in the middle. `bcsource doctor` says which; then try again.'
      : 'Set BCSOURCE_DEBUG=1 to see where this comes from.',
    exitCode: temporary ? 5 : 1,
  };
}

const GRPC_DEADLINE_EXCEEDED = 4;
const GRPC_UNAVAILABLE = 14;

/** A server that went away in the middle: pg says so in words only, Temporal's client by the cause. */
function isLostConnection(error: unknown): boolean {
  const { message = '', cause } = error as { message?: string; cause?: { code?: unknown } };
  if (/^Connection terminated|timeout exceeded when trying to connect/.test(message)) return true;
  return cause?.code === GRPC_UNAVAILABLE || cause?.code === GRPC_DEADLINE_EXCEEDED;
}

/** Aborts at Ctrl-C, so that a command that waits can end with exit code 130. */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort());
  process.once('SIGTERM', () => controller.abort());
  return controller.signal;
}
