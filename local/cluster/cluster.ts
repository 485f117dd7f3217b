import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitUntilReady } from '../child.ts';
import { choosePorts, isPortFree } from '../ports.ts';
import {
  dynamicConfiguration,
  membershipOf,
  serverConfiguration,
  SERVICES,
  type ServerSettings,
} from './configuration.ts';
import { type ClusterPart, type ClusterParts, clusterParts } from './parts.ts';
import { findServerPrograms } from './programs.ts';
import { prepareSchema } from './schema.ts';

// A cold start takes four seconds, on a machine that is busy with other things a minute.
const NOT_FOUND = 5;
const READY_WITHIN_MS = 180_000;

/** What a cluster is made of. */
export interface ClusterOptions {
  /** Where its data, configuration and logs are; a second start goes on with them. Other users must be able to pass. */
  folder: string;
  /** How many parts the histories are in; fixed for the life of the folder. */
  shards?: number;
  /** Values of the server's dynamic configuration. */
  dynamic?: Readonly<Record<string, unknown>>;
  onProgress?: (message: string) => void;
}

/** A production-shaped Temporal on a Postgres, all on this machine. */
export interface Cluster {
  /** Of the database `bcsource`; the server's own databases are beside it. */
  postgresUrl: string;
  temporalAddress: string;
  pidOf(part: ClusterPart): number;
  /** Starts a part that was ended. Of a server it says nothing whether it is ready: `ready` does. */
  start(part: ClusterPart): Promise<void>;
  /** Resolves when the part ends that runs now. */
  ended(part: ClusterPart): Promise<unknown>;
  /** Waits until Temporal answers. */
  ready(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a cluster: builds the server where needed and makes its databases. It has no namespace yet. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { folder, shards = 4, dynamic = {}, onProgress } = options;
  const programs = await findServerPrograms(onProgress ? { onProgress } : {});
  await mkdir(folder, { recursive: true });
  const ports = await choosePorts(['postgres', ...SERVICES, ...SERVICES.map(membershipOf)]);
  const parts = clusterParts(folder, programs.server, ports);
  try {
    const postgresUrl = await parts.startPostgres();
    const settings = { folder, postgres: credentials(postgresUrl), ports, shards, dynamic };
    await prepareSchema(programs.schemaTool, settings);
    await writeConfiguration(settings);
    await parts.startServer('back');
    // Of two that write down the cluster for the first time at once, one fails.
    const isListening = async (): Promise<true | null> => ((await isPortFree(ports.history)) ? null : true);
    await waitUntilReady(parts.child('back'), { name: 'Temporal', waitMs: READY_WITHIN_MS, check: isListening });
    await parts.startServer('front');
    const cluster = handle(parts, { postgresUrl, temporalAddress: `127.0.0.1:${ports.frontend}` });
    await cluster.ready();
    return cluster;
  } catch (error) {
    await parts.stop();
    throw error;
  }
}

function handle(parts: ClusterParts, places: Pick<Cluster, 'postgresUrl' | 'temporalAddress'>): Cluster {
  return {
    ...places,
    pidOf: (part) => parts.child(part).process.pid,
    async start(part) {
      if (part === 'postgres') await parts.startPostgres();
      else await parts.startServer(part);
    },
    ended: (part) => parts.child(part).exited,
    async ready() {
      const check = (): Promise<true | null> => answers(places.temporalAddress);
      await waitUntilReady(parts.child('front'), { name: 'Temporal', waitMs: READY_WITHIN_MS, check });
    },
    stop: () => parts.stop(),
  };
}

/** Whether the frontend answers and the history service has all shards in its hands. */
async function answers(address: string): Promise<true | null> {
  // Loaded here: what only looks for programs need not pay for it.
  const { Connection } = await import('@temporalio/client');
  // Asked again by whoever waits for it; the SDK's own repetition would come after the connection is closed, and throw.
  const options = { address, connectTimeout: 1_000, interceptors: [] };
  const connection = await Connection.connect(options).catch(() => null);
  if (connection === null) return null;
  const execution = { namespace: 'temporal-system', execution: { workflowId: 'none' } };
  try {
    await connection.withDeadline(Date.now() + 5_000, () =>
      connection.workflowService.describeWorkflowExecution(execution),
    );
    return null;
  } catch (error) {
    return (error as { code?: number }).code === NOT_FOUND ? true : null;
  } finally {
    await connection.close();
  }
}

function credentials(url: string): ServerSettings['postgres'] {
  const { host, username, password } = new URL(url);
  return { host, user: username, password: decodeURIComponent(password) };
}

async function writeConfiguration(settings: ServerSettings): Promise<void> {
  // It holds the password of the server's databases.
  await writeFile(join(settings.folder, 'cluster.yaml'), serverConfiguration(settings), { mode: 0o600 });
  await writeFile(join(settings.folder, 'dynamic.yaml'), dynamicConfiguration(settings));
}
