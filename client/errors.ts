import { describeRefusal } from '../database/unreachable.ts';
import { failureKinds, fillHint, hintOf, isFailureCode } from '../domain/failures.ts';
import type { FailureCode, HintNames } from '../domain/failures.ts';
import { missingNamespace, reasonInTemporal } from './temporal-failures.ts';

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
  return advisedError(code, message, failureKinds[code].hint, extra);
}

/** The same where something else helps than what the table says of its kind. */
export function advisedError(
  code: FailureCode,
  message: string,
  hint: string,
  extra: Record<string, unknown> = {},
): ClientError {
  return new ClientError(code, message, hint, failureKinds[code].exitCode, extra);
}

/** A failure of the store, of Temporal, of Postgres or of ours as readers need it; undefined for other errors. */
export function clientErrorOf(error: unknown): ClientError | undefined {
  if (error instanceof ClientError) return error;
  const namespace = missingNamespace(error);
  if (namespace !== undefined) return noNamespace(namespace);
  const refusal = describeRefusal(error);
  if (refusal) return new ClientError(refusal.code, refusal.message, refusal.hint, 1);
  const reason = reasonInTemporal(error);
  if (reason) return advisedError(reason.code, reason.message, hintOf(reason.code, reason.details));
  // Errors of the store and failures of ours carry one of our codes, as `code` or as Temporal's `type`.
  const { code, type, message, details } = error as Record<'code' | 'type' | 'details', unknown> & { message?: string };
  if (code === 'STACK_BUSY')
    return advisedError('already_running', message!, 'See `bcsource status`; `bcsource stop` ends the stack.');
  const known = isFailureCode(code) ? code : isFailureCode(type) ? type : undefined;
  if (!known) return undefined;
  return advisedError(known, message ?? known, hintOf(known, details));
}

/** It is a setting that names what is not there: to try again mends nothing. */
function noNamespace(namespace: string): ClientError {
  const hint = 'Check TEMPORAL_NAMESPACE and TEMPORAL_ADDRESS; `bcsource setup` makes a namespace that is missing.';
  return new ClientError('namespace_missing', `Temporal has no namespace ${namespace}.`, hint, 2);
}

/** The same failure, its hint with the names that are known. */
export function named({ code, message, hint, exitCode, extra }: ClientError, names: HintNames): ClientError {
  return new ClientError(code, message, fillHint(hint, names), exitCode, extra);
}

/** Does work on a source or a request. Hints of the failures that it throws have the names of those. */
export async function naming<T>(names: HintNames, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const known = clientErrorOf(error);
    throw known ? named(known, names) : error;
  }
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
