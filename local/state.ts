import type { PartName } from './events.ts';
import { readJson, writeAtomically } from './files.ts';
import type { Home } from './home.ts';
import type { ProcessRecord } from './processes.ts';

/** The ports of a stack; kept over restarts, so that its URLs stay the same. */
export type PortName = 'postgres' | 'temporal' | 'temporalUi' | 'simulator';

/** What a home remembers of its stack. Pids are believed only together with the rest of their records. */
export interface StackState {
  supervisor: ProcessRecord | null;
  isReady: boolean;
  ports: Partial<Record<PortName, number>>;
  processes: Partial<Record<PartName, ProcessRecord | null>>;
  simulatorUrl: string | null;
  /** Addresses of BigCommerce that the stack was started with; its commands must not ask another store. */
  storeSettings: Record<string, string>;
  /** Whether the key came with the environment; then it is not ours to hand on. */
  isKeyFromEnvironment: boolean;
}

/** The state of a home that never ran. */
export const EMPTY_STATE: StackState = {
  supervisor: null,
  isReady: false,
  ports: {},
  processes: {},
  simulatorUrl: null,
  storeSettings: {},
  isKeyFromEnvironment: false,
};

/** Reads what a home remembers; a missing or damaged file counts as nothing remembered. */
export async function readState(home: Home): Promise<StackState> {
  const found = await readJson(home.stateFile);
  if (typeof found !== 'object' || found === null) return EMPTY_STATE;
  const state = { ...EMPTY_STATE, ...(found as Partial<StackState>) };
  return typeof state.ports === 'object' && typeof state.processes === 'object' ? state : EMPTY_STATE;
}

/** The state file of a running stack; changes are written one after the other. */
export class StateKeeper {
  #home: Home;
  #state: StackState;
  #written: Promise<void> = Promise.resolve();

  constructor(home: Home, state: StackState) {
    this.#home = home;
    this.#state = state;
  }

  get state(): StackState {
    return this.#state;
  }

  /** Changes fields of the state; resolves when they are on disk. */
  async update(change: Partial<StackState>): Promise<void> {
    this.#state = { ...this.#state, ...change };
    this.#written = this.#written.catch(() => undefined).then(() => write(this.#home, this.#state));
    await this.#written;
  }

  /** Notes which process a part is now, or that it has none. */
  async setProcess(part: PartName, process: ProcessRecord | null): Promise<void> {
    await this.update({ processes: { ...this.#state.processes, [part]: process } });
  }
}

async function write(home: Home, state: StackState): Promise<void> {
  await writeAtomically(home.stateFile, `${JSON.stringify(state, null, 2)}\n`);
}
