import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestDatabase } from './database.ts';
import type { TestDatabase } from './database.ts';
import { isOnCluster } from './form.ts';
import { takeNamespace } from './namespaces.ts';
import { runCommand, startProcess } from './processes.ts';
import type { CommandResult, RunningProcess } from './processes.ts';
import { startSimulator } from './simulator.ts';
import type { TestSimulator } from './simulator.ts';

/** On a cluster as many as in production: what goes well with one may rest on there being one. */
const WORKERS = isOnCluster ? 2 : 1;

/** The whole system for one test file: a worker and a simulated store, a database and a namespace of Temporal of its own. */
export interface TestSystem {
  database: TestDatabase;
  simulator: TestSimulator;
  worker: RunningProcess;
  environment: Record<string, string>;
  /** Runs a bcsource command against this system; `other` replaces some of its environment. */
  cli(args: string[], input?: string, other?: Record<string, string>): Promise<CommandResult>;
  /** Applies a source of this name; `inventory` are lines below `inventory:`. */
  applySource(name: string, inventory?: string): Promise<CommandResult>;
  startWorker(): Promise<void>;
  stop(): Promise<void>;
}

export async function startSystem(
  simulatorArgs: string[] = [],
  more: Record<string, string> = {},
): Promise<TestSystem> {
  const folder = await mkdtemp(join(tmpdir(), 'bcsource-system-'));
  const [database, simulator, namespace] = await Promise.all([
    createTestDatabase(),
    startSimulator(simulatorArgs),
    takeNamespace(),
  ]);
  const environment = {
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: process.env['TEST_TEMPORAL_ADDRESS']!,
    TEMPORAL_NAMESPACE: namespace,
    BCSOURCE_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    BIGCOMMERCE_API_URL: simulator.url,
    BCSOURCE_HOME: folder,
    ...more,
  };
  const system: TestSystem = {
    database,
    simulator,
    worker: undefined as unknown as RunningProcess,
    environment,
    cli: (args, input, other = {}) => runCommand(args, { ...environment, ...other }, input),
    applySource: (name, inventory = '  archiveMissing: true') =>
      system.cli(['source', 'apply', '-', '--json'], sourceFile(name, inventory)),
    async startWorker() {
      const start = (more: Record<string, string | undefined>) =>
        startProcess('client/cli/main.js', ['worker'], { ...environment, ...more }, /worker ready/);
      // One address cannot be taken by two.
      const others = Array.from({ length: WORKERS - 1 }, () => ({ BCSOURCE_METRICS_ADDRESS: undefined }));
      system.worker = together(await Promise.all([{}, ...others].map(start)));
    },
    async stop() {
      await system.worker.stop();
      await simulator.stop();
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
  await system.startWorker();
  return system;
}

/** Several processes as one, by the first of which they are known. */
function together(processes: RunningProcess[]): RunningProcess {
  return {
    ...processes[0]!,
    output: () => processes.map((each) => each.output()).join('\n'),
    stop: async (signal) => void (await Promise.all(processes.map((each) => each.stop(signal)))),
  };
}

/** A source file for the simulator's default store. */
export function sourceFile(name: string, inventory: string): string {
  return `name: ${name}
connection: { type: api_token, storeHash: demo, clientId: demo, accessToken: demo-token }
inventory:
${inventory}
`;
}
