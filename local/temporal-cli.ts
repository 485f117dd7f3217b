import { join } from 'node:path';
import {
  buildInto,
  cacheFolder,
  downloadBySdk,
  type Executable,
  firstOf,
  fromEnvironment,
  onPath,
  runWithProgress,
} from './executables.ts';
import { isExecutable } from './files.ts';

// The newest that `go install` can build: later ones carry replace directives.
const VERSION = '1.5.1';
const DOWNLOAD_WITHIN_MS = 120_000;
const ADVICE =
  'Install the Temporal CLI (https://docs.temporal.io/cli) so that `temporal` is on PATH, or set BCSOURCE_TEMPORAL_CLI to ' +
  'its path, or install Go so that it can be built here, or set TEMPORAL_ADDRESS to a server of your own.';

/** Where to look; the defaults are the environment and the cache of the user. */
export interface FindOptions {
  onProgress?: (message: string) => void;
  env?: NodeJS.ProcessEnv;
  cache?: string;
  /** Ends a download or a build that nobody waits for any more. */
  signal?: AbortSignal;
}

/** What a program that is not there is made with. */
export type Making = FindOptions & Required<Pick<FindOptions, 'env' | 'onProgress'>>;

/**
 * Finds the Temporal CLI, which contains the development server: a path in the environment, PATH, the cache, the SDK's
 * download, a build with Go. Throws one error that names every failure and what to do, or what the signal aborts with.
 */
export async function findTemporalCli(options: FindOptions = {}): Promise<Executable> {
  const { env = process.env, cache = cacheFolder(`temporal-${VERSION}`), onProgress = () => undefined } = options;
  const given = fromEnvironment('BCSOURCE_TEMPORAL_CLI', env);
  if (given) return given;
  const making = { ...options, env, onProgress };
  const path = join(cache, 'temporal');
  const cached = (origin: string): Executable => ({ path, origin: `${origin} (${path})` });
  return firstOf(
    'The Temporal CLI',
    [
      {
        name: '`temporal` on PATH',
        find: async () => {
          const found = onPath('temporal', env);
          return found === null ? null : { path: found, origin: `on PATH (${found})` };
        },
      },
      { name: `cache (${path})`, find: async () => (isExecutable(path) ? cached('from the cache') : null) },
      {
        name: "the SDK's download",
        find: () => download(cache, making).then(() => cached("the SDK's download")),
      },
      {
        name: 'go install',
        find: () => build(cache, making).then(() => cached('built with Go')),
      },
    ],
    ADVICE,
    options.signal,
  );
}

async function download(cache: string, { env, onProgress, signal }: Making): Promise<void> {
  onProgress('Downloading the Temporal CLI');
  await buildInto(cache, (draft) =>
    downloadBySdk({
      create: 'createLocal',
      version: `v${VERSION}`,
      target: join(draft, 'temporal'),
      waitMs: DOWNLOAD_WITHIN_MS,
      env,
      signal,
    }),
  );
}

async function build(cache: string, { env, onProgress, signal }: Making): Promise<void> {
  const go = onPath('go', env);
  if (go === null) throw new Error('`go` is not on PATH');
  onProgress('Building the Temporal CLI with Go: once, two to five minutes');
  await buildInto(cache, (draft) =>
    runWithProgress(go, ['install', '-ldflags=-s -w', `github.com/temporalio/cli/cmd/temporal@v${VERSION}`], {
      env: { ...env, GOBIN: draft },
      cwd: draft,
      signal,
      onProgress: (line) => onProgress(`Building the Temporal CLI: ${line}`),
    }),
  );
}
