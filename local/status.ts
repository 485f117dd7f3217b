import { claimHome, holderOf } from './claims.ts';
import { databaseUrl, isStackRunning } from './environment.ts';
import type { OnEvent, PartName } from './events.ts';
import { exists } from './files.ts';
import { describeHome } from './home.ts';
import { endLeftovers } from './leftovers.ts';
import { isSame, stopProcess } from './processes.ts';
import { readState, StateKeeper } from './state.ts';

/** What `bcsource status --json` prints. */
export interface StackStatus {
  running: boolean;
  databaseUrl: string | null;
  temporalAddress: string | null;
  temporalUi: string | null;
  simulatorUrl: string | null;
  pids: Record<PartName, number | null>;
}

// All steps of all parts one after the other take a little more than a minute.
export const STOP_SUPERVISOR = [
  { signal: 'SIGTERM', waitMs: 90_000 },
  { signal: 'SIGKILL', waitMs: 5_000 },
] as const;

/** Describes the stack of a home; a pid is named only while it is that of the part. */
export async function stackStatus(folder: string): Promise<StackStatus> {
  const home = describeHome(folder);
  const state = await readState(home);
  const running = isStackRunning(state);
  const pidOf = (part: PartName): number | null => {
    const process = state.processes[part];
    return isSame(process) ? process.pid : null;
  };
  return {
    running,
    databaseUrl: running ? await databaseUrl(home, state) : null,
    temporalAddress: running ? `127.0.0.1:${state.ports.temporal}` : null,
    temporalUi: running ? `http://127.0.0.1:${state.ports.temporalUi}` : null,
    simulatorUrl: running ? state.simulatorUrl : null,
    pids: {
      postgres: pidOf('postgres'),
      temporal: pidOf('temporal'),
      worker: pidOf('worker'),
      simulator: pidOf('simulator'),
    },
  };
}

/** Stops the stack of a home, also one whose supervisor is dead; tells whether there was anything to stop. */
export async function stopStack(folder: string, onEvent: OnEvent): Promise<boolean> {
  const home = describeHome(folder);
  if (!(await exists(home.claims))) return false;
  const holder = await holderOf(home);
  if (holder) {
    onEvent({ type: 'progress', message: `Stopping the stack (pid ${holder.pid})` });
    if (!(await stopProcess(holder, STOP_SUPERVISOR))) throw new Error(`Process ${holder.pid} does not stop.`);
  }
  const claim = await claimHome(home);
  try {
    const keeper = new StateKeeper(home, await readState(home));
    const ended = await endLeftovers(home, keeper.state, onEvent);
    await keeper.update({ supervisor: null, isReady: false, processes: {} });
    return holder !== null || ended > 0;
  } finally {
    await claim.release();
  }
}
