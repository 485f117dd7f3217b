import { join } from 'node:path';
import { type Child, startChild } from '../child.ts';
import { waitForPort } from '../ports.ts';
import { startPostgres } from '../postgres.ts';
import { POSTGRES_STOP } from '../postgres-leftovers.ts';
import { stopProcess } from '../processes.ts';
import { withoutTemporalSettings } from '../temporal.ts';
import { membershipOf, type ServerSettings } from './configuration.ts';

/** Postgres, and the Temporal server in two processes, so that each can die alone. */
export type ClusterPart = 'postgres' | 'front' | 'back';

const SERVERS = { front: ['frontend', 'matching'], back: ['history', 'worker'] } as const;
const PORT_WITHIN_MS = 10_000;
const SERVER_STOP = [
  { signal: 'SIGTERM', waitMs: 15_000 },
  { signal: 'SIGKILL', waitMs: 5_000 },
] as const;

/** The processes of a cluster, each started and ended by itself. */
export interface ClusterParts {
  /** Resolves when Postgres takes connections, and answers its URL. */
  startPostgres(): Promise<string>;
  /** Resolves when the process runs; it becomes ready by itself. */
  startServer(part: 'front' | 'back'): Promise<void>;
  child(part: ClusterPart): Child;
  stop(): Promise<void>;
}

/** The parts of a cluster that keeps its files in `folder`; none of them runs yet. */
export function clusterParts(
  folder: string,
  program: string,
  ports: ServerSettings['ports'] & { postgres: number },
): ClusterParts {
  const children: Partial<Record<ClusterPart, Child>> = {};
  const files = (part: ClusterPart) => ({ home: folder, logFile: join(folder, `${part}.log`) });
  return {
    async startPostgres() {
      await waitForPort(ports.postgres, PORT_WITHIN_MS);
      const onSpawned = (child: Child): void => void (children.postgres = child);
      const options = { ...files('postgres'), port: ports.postgres, onEvent: () => undefined, onSpawned };
      return (await startPostgres(options)).url;
    },
    async startServer(part) {
      const services = SERVERS[part];
      // What one that has just died may hold on to.
      for (const name of services.flatMap((service) => [service, membershipOf(service)]))
        await waitForPort(ports[name], PORT_WITHIN_MS);
      const what = services.map((service) => `--service=${service}`);
      children[part] = await startChild({
        command: program,
        args: ['--root', folder, '--config', '.', '--env', 'cluster', '--allow-no-auth', 'start', ...what],
        env: { ...withoutTemporalSettings(process.env), BCSOURCE_HOME: folder, BCSOURCE_PART: part },
        ...files(part),
        isDetached: false,
      });
    },
    child: (part) => children[part]!,
    async stop() {
      for (const part of ['front', 'back', 'postgres'] as const) {
        const process = children[part]?.process;
        if (process) await stopProcess(process, part === 'postgres' ? POSTGRES_STOP : SERVER_STOP);
      }
    },
  };
}
