import { join } from 'node:path';
import { buildInto, cacheFolder, onPath, runWithProgress } from '../executables.ts';
import { isExecutable } from '../files.ts';
import type { FindOptions } from '../temporal-cli.ts';

/** The version that docker-compose.yml runs too. */
export const SERVER_VERSION = '1.29.1';
const MODULE = 'go.temporal.io/server/cmd';

/** The programs of a Temporal server of one's own: the server, and the tool that makes its tables. */
export interface ServerPrograms {
  server: string;
  schemaTool: string;
}

/**
 * Finds the Temporal server in the user's cache, or builds it there with Go: once, three to eight minutes. Throws with what
 * is missing.
 */
export async function findServerPrograms(options: FindOptions = {}): Promise<ServerPrograms> {
  const { env = process.env, cache = cacheFolder(`temporal-server-${SERVER_VERSION}`), signal } = options;
  const { onProgress = () => undefined } = options;
  const programs = { server: join(cache, 'server'), schemaTool: join(cache, 'sql') };
  if (Object.values(programs).every(isExecutable)) return programs;
  const go = onPath('go', env);
  if (go === null)
    throw new Error(`The Temporal server ${SERVER_VERSION} is built with Go, and \`go\` is not on PATH.`);
  onProgress(`Building the Temporal server ${SERVER_VERSION} with Go: once, three to eight minutes`);
  const packages = [`${MODULE}/server@v${SERVER_VERSION}`, `${MODULE}/tools/sql@v${SERVER_VERSION}`];
  await buildInto(cache, (draft) =>
    runWithProgress(go, ['install', '-ldflags=-s -w', ...packages], {
      env: { ...env, GOBIN: draft },
      cwd: draft,
      signal,
      onProgress: (line) => onProgress(`Building the Temporal server: ${line}`),
    }),
  );
  return programs;
}
