import { join } from 'node:path';
import { startCluster } from '../local/cluster/cluster.ts';
import { choosePorts } from '../local/ports.ts';
import { startPostgres } from '../local/postgres.ts';
import { startTemporal } from '../local/temporal.ts';
import { findTemporalCli } from '../local/temporal-cli.ts';

/** What a measurement runs on: the embedded stack's servers, or a Temporal on Postgres in two processes. */
export type EngineKind = 'embedded' | 'cluster';

export interface Engine {
  postgresUrl: string;
  temporalAddress: string;
  /** Process ids of the servers, by what they are. */
  servers: Record<string, number>;
  stop(): Promise<void>;
}

/** Starts Postgres and Temporal with their data in `home`. */
export async function startEngine(kind: EngineKind, home: string): Promise<Engine> {
  if (kind === 'cluster') {
    const cluster = await startCluster({ folder: home, onProgress: (line) => process.stderr.write(`${line}\n`) });
    const parts = ['front', 'back', 'postgres'] as const;
    return { ...cluster, servers: Object.fromEntries(parts.map((part) => [part, cluster.pidOf(part)])) };
  }
  const ports = await choosePorts(['postgres', 'temporal', 'temporalUi']);
  const { path: cliPath } = await findTemporalCli();
  const pids: number[] = [];
  const onSpawned = (child: { process: { pid: number } }) => void pids.push(child.process.pid);
  const log = (name: string) => join(home, `${name}.log`);
  const [postgres, temporal] = await Promise.all([
    startPostgres({ home, port: ports.postgres, logFile: log('postgres'), onEvent: () => undefined, onSpawned }),
    startTemporal({
      ...{ cliPath, home, port: ports.temporal, uiPort: ports.temporalUi, stateFile: join(home, 'temporal.db') },
      ...{ logFile: log('temporal'), isDetached: false, onSpawned },
    }),
  ]);
  return {
    postgresUrl: postgres.url,
    temporalAddress: temporal.address,
    servers: { temporal: temporal.child.process.pid, postgres: postgres.child.process.pid },
    async stop() {
      for (const pid of pids) process.kill(pid, 'SIGINT');
      await Promise.all(pids.map(untilGone));
    },
  };
}

async function untilGone(pid: number): Promise<void> {
  const { isGone, identify } = await import('../local/processes.ts');
  const record = identify(pid, null);
  if (record) await isGone(record, 30_000);
}
