import { failureKinds } from '../domain/failures.ts';
import type { FailureCode } from '../domain/failures.ts';

/** Exit codes of the command line; other programs rely on them. */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 130;

/** A failure with everything that a reader needs: what happened, what to do, and the exit code for scripts. */
export class ClientError extends Error {
  override readonly name = 'ClientError';

  constructor(
    readonly code: string,
    message: string,
    readonly hint: string,
    readonly exitCode: ExitCode,
    /** Further keys of the error document, e.g. the list of problems. */
    readonly extra: Record<string, unknown> = {},
  ) {
    super(message);
  }
}

/** A failure of a known kind, with its hint and exit code from the one table of them. */
export function knownError(code: FailureCode, message: string, extra: Record<string, unknown> = {}): ClientError {
  return new ClientError(code, message, failureKinds[code].hint, failureKinds[code].exitCode, extra);
}

const LONGEST_NAME = 100;

/** A name as errors repeat it. None that exists is longer than this: of one that is, the beginning tells it apart. */
export function shortened(name: string): string {
  const letters = [...name];
  return letters.length <= LONGEST_NAME
    ? name
    : `${letters.slice(0, LONGEST_NAME).join('')}… (${letters.length} characters)`;
}

/** Nothing of this kind has this name or number. */
export function notFound(kind: string, name: string): ClientError {
  return knownError(kind === 'source' ? 'source_not_found' : 'not_found', `There is no ${kind} ${shortened(name)}.`);
}

export function usageError(message: string, hint: string, extra: Record<string, unknown> = {}): ClientError {
  return new ClientError('invalid_input', message, hint, 2, extra);
}
