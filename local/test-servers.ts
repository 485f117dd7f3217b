import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Child } from './child.ts';
import { readJson, writeAtomically } from './files.ts';
import { choosePorts } from './ports.ts';
import { startPostgres } from './postgres.ts';
import { POSTGRES_STOP } from './postgres-leftovers.ts';
import { identify, isSame, type ProcessRecord, stopProcess } from './processes.ts';
import { startTemporal } from './temporal.ts';
import { findTemporalCli } from './temporal-cli.ts';

/** A throw-away Postgres and Temporal, for one run of the tests. */
export interface TestServers {
  /** The superuser on the database `postgres`. */
  postgresUrl: string;
  temporalAddress: string;
  /** One for each test file that runs workers of its own. */
  temporalNamespaces: readonly string[];
  temporalCli: string;
  stop: () => Promise<void>;
}

interface Record {
  owner: ProcessRecord;
  servers: ProcessRecord[];
}

/** More than there are test files: a server makes a hundred in the time of one. */
const NAMESPACES = Array.from({ length: 100 }, (_, index) => `test-${index + 1}`);
const PREFIX = 'bcsource-test-run-';
/** Go collects when its heap has grown fivefold, not twofold: a tenth of a run's computing, for some memory. */
const FEWER_COLLECTIONS = { GOGC: '400' };

/** Starts both servers side by side in a temporary folder, and ends what runs that were killed have left. */
export async function startTestServers(): Promise<TestServers> {
  await endLeftovers();
  const folder = await mkdtemp(join(tmpdir(), PREFIX));
  // The user that Postgres runs as has to pass through.
  await chmod(folder, 0o711);
  const ports = await choosePorts(['postgres', 'temporal', 'temporalUi']);
  const cli = await findTemporalCli({ onProgress: (message) => process.stderr.write(`${message}\n`) });
  const record: Record = { owner: identify(process.pid, null) as ProcessRecord, servers: [] };
  const onSpawned = (child: Child): void => void record.servers.push(child.process);
  const log = (name: string): string => join(folder, `${name}.log`);
  const started = await Promise.allSettled([
    startPostgres({
      ...{ home: folder, port: ports.postgres, logFile: log('postgres') },
      ...{ onEvent: warn, onSpawned, isThrowAway: true },
    }),
    startTemporal({
      ...{ cliPath: cli.path, home: folder, port: ports.temporal, uiPort: ports.temporalUi },
      ...{ logFile: log('temporal'), onSpawned, isDetached: false, namespaces: NAMESPACES, env: FEWER_COLLECTIONS },
    }),
  ]);
  await writeAtomically(join(folder, 'run.json'), JSON.stringify(record));
  const [postgres, temporal] = started;
  if (postgres.status === 'rejected' || temporal.status === 'rejected') {
    await end(folder, record);
    throw postgres.status === 'rejected' ? postgres.reason : (temporal as PromiseRejectedResult).reason;
  }
  return {
    postgresUrl: postgres.value.url.replace(/bcsource$/, 'postgres'),
    temporalAddress: temporal.value.address,
    temporalNamespaces: NAMESPACES,
    temporalCli: cli.path,
    stop: () => end(folder, record),
  };
}

async function endLeftovers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(PREFIX)) continue;
    const folder = join(tmpdir(), name);
    const record = (await readJson(join(folder, 'run.json'))) as Record | null;
    if (record && !isSame(record.owner)) await end(folder, record);
  }
}

async function end(folder: string, record: Record): Promise<void> {
  await Promise.all(record.servers.map((server) => stopProcess(server, POSTGRES_STOP)));
  await rm(folder, { recursive: true, force: true });
}

function warn(event: { message: string }): void {
  process.stderr.write(`${event.message}\n`);
}
