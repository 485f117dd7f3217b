import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectDatabase } from '../../database/connect.ts';
import type { Database } from '../../database/connect.ts';
import { migrateToLatest } from '../../database/migrate.ts';
import type { Child } from '../../local/child.ts';
import { choosePorts } from '../../local/ports.ts';
import { POSTGRES_STOP } from '../../local/postgres-leftovers.ts';
import { startPostgres } from '../../local/postgres.ts';
import { stopProcess } from '../../local/processes.ts';
import { startTemporal } from '../../local/temporal.ts';
import { runCommand, startProcess } from '../helpers/processes.ts';
import type { CommandResult, RunningProcess } from '../helpers/processes.ts';
import { startSimulator } from '../helpers/simulator.ts';
import type { TestSimulator } from '../helpers/simulator.ts';

export type Victim = 'postgres' | 'temporal' | 'worker';

/** A whole system whose servers keep their state on disk, as `bcsource dev` runs them, so that they may be killed. */
export interface MortalSystem {
  db: Database;
  simulator: TestSimulator;
  environment: Record<string, string>;
  cli(args: string[], input?: string): Promise<CommandResult>;
  /** Kills these processes with -9, all at once, and starts them again. */
  killAndRestart(victims: Victim[]): Promise<void>;
  stop(): Promise<void>;
}

export async function startMortalSystem(simulatorArgs: string[]): Promise<MortalSystem> {
  const folder = await mkdtemp(join(tmpdir(), 'bcsource-mortal-'));
  // The user that Postgres runs as has to pass through.
  await chmod(folder, 0o711);
  const ports = await choosePorts(['postgres', 'temporal', 'temporalUi']);
  const files = (name: string) => ({ home: folder, logFile: join(folder, `${name}.log`) });
  let url = '';
  let worker: RunningProcess | undefined;
  const servers: Partial<Record<'postgres' | 'temporal', Child>> = {};
  const simulator = await startSimulator(simulatorArgs);
  const start = {
    async postgres() {
      const running = await startPostgres({ ...files('postgres'), port: ports.postgres, onEvent: () => undefined });
      url = running.url;
      servers.postgres = running.child;
    },
    async temporal() {
      const cliPath = process.env['TEST_TEMPORAL_CLI']!;
      const own = { port: ports.temporal, uiPort: ports.temporalUi, stateFile: join(folder, 'temporal.db') };
      const running = await startTemporal({ ...files('temporal'), ...own, cliPath, isDetached: false });
      servers.temporal = running.child;
    },
    async worker() {
      worker = await startProcess('client/cli/main.js', ['worker'], environment, /worker ready/);
    },
  };
  await Promise.all([start.postgres(), start.temporal()]);
  const environment = {
    DATABASE_URL: url,
    TEMPORAL_ADDRESS: `127.0.0.1:${ports.temporal}`,
    TEMPORAL_NAMESPACE: 'default',
    BCSOURCE_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    BIGCOMMERCE_API_URL: simulator.url,
    BCSOURCE_HOME: folder,
  };
  const db = connectDatabase(url, { poolSize: 4 });
  await migrateToLatest(db);
  await start.worker();
  return {
    db,
    simulator,
    environment,
    cli: (args, input) => runCommand(args, environment, input),
    async killAndRestart(victims) {
      const pids = { postgres: servers.postgres, temporal: servers.temporal };
      for (const victim of victims)
        process.kill(victim === 'worker' ? worker!.pid : pids[victim]!.process.pid, 'SIGKILL');
      for (const victim of victims) await (victim === 'worker' ? worker!.stop() : pids[victim]!.exited);
      for (const victim of ['postgres', 'temporal', 'worker'] as const)
        if (victims.includes(victim)) await start[victim]();
    },
    async stop() {
      await worker?.stop();
      await simulator.stop();
      await db.destroy();
      for (const server of Object.values(servers)) await stopProcess(server.process, POSTGRES_STOP);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
