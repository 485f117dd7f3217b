import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { connectDatabase } from '../../database/connect.ts';
import type { Database } from '../../database/connect.ts';
import type { Cluster } from '../../local/cluster/cluster.ts';
import { choosePorts } from '../../local/ports.ts';
import { startOwnCluster } from '../helpers/cluster-servers.ts';
import type { TestSimulator } from '../helpers/simulator.ts';
import { keep } from './kept.ts';
import type { Kept } from './kept.ts';
import { PROGRAMS, SERVERS } from './names.ts';
import type { ProgramName, ServerName } from './names.ts';
import { runBare, said, startLife } from './programs.ts';
import type { Environment, Outcome } from './programs.ts';

/** The whole system as it is deployed: Postgres, Temporal on it in two processes, two workers, serve, and simulated stores. */
export interface ClusterSystem {
  folder: string;
  /** Straight to Postgres, whatever stands between it and the workers. */
  db: Database;
  cluster: Cluster;
  simulator: Pick<TestSimulator, 'url' | 'control'>;
  serveUrl: string;
  /** All that a command of this system is given. */
  environment: Environment;
  kept: Record<ProgramName | ServerName, Kept>;
  /** Runs a bcsource command straight against the servers. */
  cli(args: string[], input?: string): Promise<Outcome>;
  logFile(name: ProgramName): string;
  stop(): Promise<void>;
}

export interface ClusterSystemOptions {
  simulatorArgs?: string[];
  /** Values of the servers' dynamic configuration. */
  dynamic?: Readonly<Record<string, unknown>>;
  /** What stands between the workers and the servers: the environment that they are given instead. */
  between?: (straight: Environment) => Promise<Environment>;
}

/** Starts all of it, prepared by `bcsource setup`; every part is started again when it ends. */
export async function startClusterSystem(options: ClusterSystemOptions = {}): Promise<ClusterSystem> {
  const { folder, cluster, stop: stopCluster } = await startOwnCluster(options.dynamic);
  const { simulator: port, serve } = await choosePorts(['simulator', 'serve']);
  const url = `http://127.0.0.1:${port}`;
  const serveUrl = `http://127.0.0.1:${serve}`;
  const environment = {
    DATABASE_URL: cluster.postgresUrl,
    TEMPORAL_ADDRESS: cluster.temporalAddress,
    TEMPORAL_NAMESPACE: 'default',
    BCSOURCE_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    BIGCOMMERCE_API_URL: url,
    BCSOURCE_PUBLIC_URL: serveUrl,
  };
  const logFile = (name: ProgramName) => join(folder, `${name}.log`);
  const stopped: (() => Promise<unknown>)[] = [stopCluster];
  const stop = async () => {
    for (const end of stopped.reverse()) await end();
  };
  try {
    const cli = (args: string[], input?: string) => runBare(args, environment, input);
    const set = await cli(['setup', '--json']);
    if (set.exitCode !== 0) throw new Error(set.stdout + set.stderr);
    const seen = (await options.between?.(environment)) ?? environment;
    const state = ['--state', join(folder, 'simulator.jsonl')];
    const stores = ['--port', String(port), ...state, ...(options.simulatorArgs ?? ['--products', '0'])];
    const kept = {
      ...keepServers(cluster),
      simulator: keep('simulator', () =>
        startLife({ path: 'simulator/main.js', args: stores, environment: {}, logFile: logFile('simulator') }),
      ),
      serve: keep('serve', () =>
        startLife({
          path: 'client/cli/main.js',
          args: ['serve', '--port', String(serve)],
          environment: seen,
          logFile: logFile('serve'),
        }),
      ),
      'worker-1': keepWorker('worker-1', seen, logFile('worker-1')),
      'worker-2': keepWorker('worker-2', seen, logFile('worker-2')),
    };
    // The workers first, which need the servers to end well.
    const order = [...SERVERS, ...PROGRAMS] as const;
    stopped.push(...order.map((name) => () => kept[name].stop(name === 'postgres' ? 'SIGINT' : 'SIGTERM')));
    const db = connectDatabase(cluster.postgresUrl, { poolSize: 4 });
    stopped.push(() => db.destroy());
    await said(logFile('simulator'), '"url"');
    for (const name of ['worker-1', 'worker-2'] as const) await said(logFile(name), 'worker ready');
    await said(logFile('serve'), 'serving http');
    return {
      serveUrl,
      folder,
      db,
      cluster,
      simulator: { url, control: controlOf(url) },
      environment,
      kept,
      cli,
      logFile,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function keepWorker(name: ProgramName, environment: Environment, logFile: string): Kept {
  return keep(name, () => startLife({ path: 'client/cli/main.js', args: ['worker'], environment, logFile }));
}

/** The servers run already: their first life is the one that the cluster began. */
function keepServers(cluster: Cluster): Record<ServerName, Kept> {
  const keepOne = (name: ServerName) => {
    let isFirst = true;
    return keep(name, async () => {
      if (!isFirst) await cluster.start(name);
      isFirst = false;
      return { pid: cluster.pidOf(name), ended: cluster.ended(name) };
    });
  };
  return { postgres: keepOne('postgres'), front: keepOne('front'), back: keepOne('back') };
}

function controlOf(url: string): TestSimulator['control'] {
  return async <T>(method: string, path: string, body?: unknown) => {
    const response = await fetch(`${url}/_control/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  };
}
