import { claimHome } from './claims.ts';
import { givenStoreSettings } from './environment.ts';
import type { OnEvent } from './events.ts';
import { encryptionKey, openHome, type Home } from './home.ts';
import { listenForInterruption } from './interruption.ts';
import { endLeftovers } from './leftovers.ts';
import { migrate, type PartsOptions, postgresPart, simulatorPart, temporalPart, workerPart } from './parts.ts';
import { choosePorts } from './ports.ts';
import { identify } from './processes.ts';
import { type PortName, readState, StateKeeper, type StackState } from './state.ts';
import { Supervisor } from './supervisor.ts';
import { findTemporalCli } from './temporal-cli.ts';

/** What a stack is started with. */
export interface StackOptions {
  /** BCSOURCE_HOME. */
  home: string;
  simulator: boolean;
  /** The compiled bcsource command: run with `migrate` once, then with `worker`. */
  cliPath: string;
  simulatorPath: string;
  simulatorArgs?: readonly string[] | undefined;
  onEvent: OnEvent;
}

/**
 * Runs the stack of a home until a signal asks it to stop: starts all parts, restarts the one that dies, stops all in
 * order. Throws StackBusyError when another process runs it, and the reason when it cannot be brought up.
 */
export async function runStack(options: StackOptions): Promise<{ signal: NodeJS.Signals }> {
  const home = await openHome(options.home);
  const claim = await claimHome(home);
  const keeper = new StateKeeper(home, await readState(home));
  const supervisor = new Supervisor({
    onEvent: options.onEvent,
    onProcess: (part, process) => keeper.setProcess(part, process),
  });
  const building = new AbortController();
  const interruption = listenForInterruption(() => void supervisor.hurry());
  const interrupted = interruption.first.then(async (signal) => {
    options.onEvent({ type: 'progress', message: `Stopping the stack (${signal})` });
    building.abort();
    await supervisor.stop();
    options.onEvent({ type: 'stopped', message: 'The stack is stopped; its data stays.' });
    return { signal };
  });
  try {
    await bringUp({ ...options, home, keeper }, supervisor, building.signal);
    return await interrupted;
  } catch (error) {
    if (interruption.received() !== null) return await interrupted;
    await supervisor.stop();
    throw error;
  } finally {
    await keeper.update({ supervisor: null, isReady: false, processes: {} });
    await claim.release();
    interruption.dispose();
  }
}

type BringUpOptions = PartsOptions & { simulator: boolean };

async function bringUp(options: BringUpOptions, supervisor: Supervisor, signal: AbortSignal): Promise<void> {
  const { home, keeper, onEvent } = options;
  const startedAt = Date.now();
  const progress = (message: string): void => onEvent({ type: 'progress', message });
  await endLeftovers(home, keeper.state, onEvent);
  await keeper.update(await firstState(home, keeper.state, progress));
  const cli = await findTemporalCli({ onProgress: progress, signal });
  progress(`Temporal CLI: ${cli.origin}`);
  progress('Starting Postgres and Temporal');
  await Promise.all([startDatabase(options, supervisor), supervisor.start(temporalPart(options, cli.path))]);
  if (options.simulator) {
    progress('Starting the simulator');
    await supervisor.start(simulatorPart(options));
  }
  progress('Starting the worker');
  await supervisor.start(workerPart(options));
  await keeper.update({ isReady: true });
  onEvent({ type: 'ready', message: `The stack is ready after ${((Date.now() - startedAt) / 1000).toFixed(1)} s` });
}

async function startDatabase(options: BringUpOptions, supervisor: Supervisor): Promise<void> {
  await supervisor.start(postgresPart(options));
  await migrate(options);
}

async function firstState(home: Home, before: StackState, progress: (message: string) => void): Promise<StackState> {
  const names: readonly PortName[] = ['postgres', 'temporal', 'temporalUi', 'simulator'];
  const ports = await choosePorts(names, before.ports);
  for (const name of names) {
    const was = before.ports[name];
    if (was !== undefined && was !== ports[name]) progress(`Port ${was} of ${name} is taken; it is ${ports[name]} now`);
  }
  const isKeyFromEnvironment = Boolean(process.env.BCSOURCE_ENCRYPTION_KEY);
  if (!isKeyFromEnvironment) await encryptionKey(home);
  const supervisor = identify(process.pid, null);
  const storeSettings = givenStoreSettings();
  return { supervisor, isReady: false, ports, processes: {}, simulatorUrl: null, storeSettings, isKeyFromEnvironment };
}
