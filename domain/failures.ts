/**
 * Every way in which a job or a command can fail, with what it means for the exit code and what to do next.
 * Free of libraries: workflows import it.
 */
export interface FailureKind {
  /** Exit code of the command line (see the interface section of the README). */
  exitCode: 1 | 2 | 3 | 4 | 5 | 6;
  /** What the reader can do about it. */
  hint: string;
}

export const failureKinds = {
  credential_refused: {
    exitCode: 4,
    hint: 'Make a new API account or reinstall the app in BigCommerce, apply the source again, then run `bcsource source test`.',
  },
  scope_missing: {
    exitCode: 4,
    hint: 'Run `bcsource source test` to see which scopes are missing and where to click in BigCommerce.',
  },
  store_unavailable: {
    exitCode: 5,
    hint: 'BigCommerce or the network is in trouble. Nothing was archived; start the job again when the store answers.',
  },
  rate_limited: {
    exitCode: 5,
    hint: 'Other apps use up the quota of the store. Start the job again later, or give them smaller shares.',
  },
  unexpected_answer: {
    exitCode: 1,
    hint: 'The answer was not what BigCommerce documents. Nothing was archived. Try again; if it stays, report it with the run id.',
  },
  request_rejected: {
    exitCode: 1,
    hint: 'BigCommerce refused the request for good. The message says why.',
  },
  not_found: { exitCode: 3, hint: 'Check the name or number.' },
  source_not_found: { exitCode: 3, hint: 'See the sources with `bcsource source list`.' },
  unit_unknown: {
    exitCode: 1,
    hint: 'Choose a standard unit in BigCommerce under Settings > Store Profile (physical dimension settings); nothing was imported.',
  },
  feed_incomplete: {
    exitCode: 5,
    hint: 'The store listed fewer products than it says it has. What was read is imported, nothing was archived. Run the import again.',
  },
  already_running: {
    exitCode: 5,
    hint: 'Wait for that run, or cancel it with `bcsource runs cancel ID`.',
  },
  waiting_for_approval: {
    exitCode: 6,
    hint: 'Look at the difference with `bcsource inventory approve NAME --show`, then `bcsource inventory approve NAME` or `reject NAME`.',
  },
  approval_expired: {
    exitCode: 6,
    hint: 'Nobody decided in time, so nothing was archived. The next run asks again.',
  },
  rejected_by_person: {
    exitCode: 1,
    hint: 'Everything else of the run is saved; the items keep their stock until a later run is approved.',
  },
  secret_unreadable: { exitCode: 2, hint: 'Set BCSOURCE_ENCRYPTION_KEY to the key that encrypted it, or apply again.' },
  canceled: { exitCode: 1, hint: 'Start it again when you like; nothing was archived.' },
  worker_unavailable: {
    exitCode: 5,
    hint: 'Start a worker with `bcsource worker` (or the whole stack with `bcsource dev`).',
  },
  internal: { exitCode: 1, hint: 'See the worker log; the run id finds the lines.' },
} as const satisfies Record<string, FailureKind>;

export type FailureCode = keyof typeof failureKinds;

/** Whether a text is one of our failure codes; Temporal carries them as plain strings. */
export function isFailureCode(text: unknown): text is FailureCode {
  return typeof text === 'string' && Object.hasOwn(failureKinds, text);
}
