import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type Child, startChild, waitUntilReady } from './child.ts';
import type { OnEvent } from './events.ts';
import { readOrCreateSecret } from './files.ts';
import { postgresUser } from './os-user.ts';
import { findPostgres, programPath } from './postgres-binaries.ts';
import { ensureCluster } from './postgres-cluster.ts';
import { clearPostgresLeftovers } from './postgres-leftovers.ts';
import { choosePlace } from './postgres-place.ts';
import { isPostgresReady } from './postgres-probe.ts';

/** How to start the Postgres of a home. */
export interface PostgresOptions {
  home: string;
  port: number;
  logFile: string;
  onEvent: OnEvent;
  /** For tests: nothing of it needs to survive a crash, and Ctrl-C may reach it. */
  isThrowAway?: boolean;
  /** Told of the process as soon as there is one, before it is ready. */
  onSpawned?: (child: Child) => void;
}

/** A Postgres server that takes connections. */
export interface RunningPostgres {
  child: Child;
  /** Names the superuser with its password, and the database `bcsource`. */
  url: string;
}

// WAL is synced as in production: the data has to survive kill -9 and a reboot.
const SETTINGS = { shared_buffers: '128MB', max_connections: '200', timezone: 'UTC', log_timezone: 'UTC', fsync: 'on' };
const THROW_AWAY_SETTINGS = { ...SETTINGS, fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' };
// A start after kill -9 replays the log first; a minute is far more than a development database needs.
const READY_WITHIN_MS = 60_000;

/** Starts the Postgres of a home, making its cluster on the first start; ready when this resolves. */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const [user, found] = await Promise.all([postgresUser(join(options.home, 'postgres', 'data')), findPostgres()]);
  const { folder, binaries } = await choosePlace({ ...options, user, binaries: found });
  const password = await postgresPassword(options.home);
  const isThrowAway = options.isThrowAway ?? false;
  const data = await ensureCluster({ binaries, user, folder, password, isThrowAway });
  await clearPostgresLeftovers(data, options.home);
  const settings = Object.entries(isThrowAway ? THROW_AWAY_SETTINGS : SETTINGS);
  const child = await startChild({
    command: programPath(binaries, 'postgres'),
    args: [
      ...['-D', data, '-p', String(options.port), '-h', '127.0.0.1', '-k', ''],
      ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    env: { PATH: process.env.PATH, LC_ALL: 'C', BCSOURCE_HOME: options.home, BCSOURCE_PART: 'postgres' },
    home: options.home,
    logFile: options.logFile,
    cwd: '/',
    user,
    isDetached: !isThrowAway,
  });
  options.onSpawned?.(child);
  const check = async (): Promise<true | null> => ((await isPostgresReady(options.port)) ? true : null);
  await waitUntilReady(child, { name: 'Postgres', waitMs: READY_WITHIN_MS, check });
  return { child, url: postgresUrl(options.port, password) };
}

/** The URL of the database `bcsource` on this port. */
export function postgresUrl(port: number, password: string): string {
  return `postgres://bcsource:${password}@127.0.0.1:${port}/bcsource`;
}

/** The password of the home's Postgres, made on first use and readable by its owner only. */
export function postgresPassword(home: string): Promise<string> {
  return readOrCreateSecret(join(home, 'postgres-password'), () => randomBytes(24).toString('base64url'));
}
