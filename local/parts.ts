import { type Child, outputOf, startChild, waitUntilReady } from './child.ts';
import { partEnvironment } from './environment.ts';
import type { OnEvent } from './events.ts';
import { type Home, logFile } from './home.ts';
import { waitForPort } from './ports.ts';
import { startPostgres } from './postgres.ts';
import { POSTGRES_STOP } from './postgres-leftovers.ts';
import type { StateKeeper } from './state.ts';
import type { Part } from './supervisor.ts';
import { startTemporal } from './temporal.ts';

/** What the parts of a stack are made from. */
export interface PartsOptions {
  home: Home;
  keeper: StateKeeper;
  /** The bcsource command: asked for `migrate` and `worker`. */
  cliPath: string;
  simulatorPath: string;
  /** Beside its port and state file; by default the preset `shop`. */
  simulatorArgs?: readonly string[] | undefined;
  onEvent: OnEvent;
}

// What a part that has just died may hold on to its port.
const PORT_WITHIN_MS = 5_000;
const READY_WITHIN_MS = 60_000;

/** How each part is asked to stop, and how long it may take. */
export const STOP_STEPS = {
  // Long enough for the activities under way to see their cancellation and save.
  worker: [
    { signal: 'SIGTERM', waitMs: 25_000 },
    { signal: 'SIGKILL', waitMs: 5_000 },
  ],
  simulator: [
    { signal: 'SIGTERM', waitMs: 5_000 },
    { signal: 'SIGKILL', waitMs: 5_000 },
  ],
  temporal: [
    { signal: 'SIGTERM', waitMs: 10_000 },
    { signal: 'SIGKILL', waitMs: 5_000 },
  ],
  postgres: POSTGRES_STOP,
} as const;

/** The part `postgres`: its data lies in the home. */
export function postgresPart({ home, keeper, onEvent }: PartsOptions): Part {
  const start: Part['start'] = async (onSpawned) => {
    const port = await freed(keeper.state.ports.postgres);
    await startPostgres({ home: home.folder, port, logFile: logFile(home, 'postgres'), onEvent, onSpawned });
  };
  return { name: 'postgres', start, stop: STOP_STEPS.postgres };
}

/** The part `temporal`: its state is a file in the home. */
export function temporalPart({ home, keeper }: PartsOptions, cliPath: string): Part {
  const start: Part['start'] = async (onSpawned) => {
    const [port, uiPort] = [await freed(keeper.state.ports.temporal), await freed(keeper.state.ports.temporalUi)];
    const files = { stateFile: home.temporalFile, logFile: logFile(home, 'temporal') };
    await startTemporal({ cliPath, home: home.folder, port, uiPort, ...files, onSpawned });
  };
  return { name: 'temporal', start, stop: STOP_STEPS.temporal };
}

/**
 * What a worker's process is started with. glibc keeps an arena of freed buffers a thread: with few of them an import of
 * 1,000,000 items peaks 100 MB lower.
 */
export const WORKER_ENVIRONMENT = { MALLOC_ARENA_MAX: '2' } as const;

/** The part `worker`: the bcsource command's own worker, ready when it says so. */
export function workerPart(options: PartsOptions): Part {
  const start: Part['start'] = async (onSpawned) => {
    const child = await startNode(options, 'worker', [options.cliPath, 'worker'], WORKER_ENVIRONMENT);
    onSpawned(child);
    const check = async (): Promise<true | null> => ((await outputOf(child)).includes('worker ready') ? true : null);
    await waitUntilReady(child, { name: 'The worker', waitMs: READY_WITHIN_MS, check });
  };
  return { name: 'worker', start, stop: STOP_STEPS.worker };
}

/** The part `simulator`: tells its URL as a JSON line, which is noted in the state. */
export function simulatorPart(options: PartsOptions): Part {
  const { home, keeper, simulatorPath, simulatorArgs = ['--preset', 'shop'] } = options;
  const start: Part['start'] = async (onSpawned) => {
    const port = await freed(keeper.state.ports.simulator);
    const own = ['--port', String(port), '--state', home.simulatorFile];
    const child = await startNode(options, 'simulator', [simulatorPath, ...own, ...simulatorArgs]);
    onSpawned(child);
    const check = async (): Promise<string | null> => urlIn(await outputOf(child));
    const simulatorUrl = await waitUntilReady(child, { name: 'The simulator', waitMs: READY_WITHIN_MS, check });
    await keeper.update({ simulatorUrl });
  };
  return { name: 'simulator', start, stop: STOP_STEPS.simulator };
}

/** Brings the schema up to date by the bcsource command; throws with the end of its log when that fails. */
export async function migrate(options: PartsOptions): Promise<void> {
  const child = await startNode(options, 'migrate', [options.cliPath, 'migrate']);
  const check = async (): Promise<true | null> => (child.hasExited()?.code === 0 ? true : null);
  await waitUntilReady(child, { name: 'The migration', waitMs: 300_000, check });
}

async function startNode(
  options: PartsOptions,
  name: string,
  args: readonly string[],
  more: NodeJS.ProcessEnv = {},
): Promise<Child> {
  const environment = await partEnvironment(options.home, options.keeper.state);
  return startChild({
    command: process.execPath,
    args,
    env: { ...environment, ...more, BCSOURCE_PART: name },
    home: options.home.folder,
    logFile: logFile(options.home, name),
  });
}

async function freed(port: number | undefined): Promise<number> {
  if (port === undefined) throw new Error('No port was chosen for this part.');
  await waitForPort(port, PORT_WITHIN_MS);
  return port;
}

function urlIn(output: string): string | null {
  for (const line of output.split('\n')) {
    if (!line.startsWith('{')) continue;
    try {
      const { url } = JSON.parse(line) as { url?: unknown };
      if (typeof url === 'string') return url;
    } catch {
      // Half a line: the rest is still to come.
    }
  }
  return null;
}
