import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Child, describeExit, outputOf, startChild } from './child.ts';
import { holderOf } from './claims.ts';
import type { OnEvent, StackEvent } from './events.ts';
import { type Home, logFile, openHome } from './home.ts';
import { isSame, stopProcess } from './processes.ts';
import type { StackOptions } from './stack.ts';
import { readState } from './state.ts';
import { stackStatus, type StackStatus, STOP_SUPERVISOR } from './status.ts';

interface Until {
  signal: AbortSignal;
  deadline: number;
}

// The first start may have to build the Temporal CLI, which takes up to five minutes on two cores.
const READY_WITHIN_MS = 900_000;

/**
 * Starts the stack of a home in the background and resolves when it is ready; when it already runs, or somebody else is
 * starting it, that one is waited for. Throws with its reason when it cannot be brought up, and what the signal aborts
 * with; a stack that is not ready by then is stopped, unless somebody else is starting it.
 */
export async function startDetachedStack(
  options: StackOptions,
  signal: AbortSignal = new AbortController().signal,
): Promise<StackStatus> {
  const home = await openHome(options.home);
  const until = { signal, deadline: Date.now() + READY_WITHIN_MS };
  while (Date.now() < until.deadline) {
    signal.throwIfAborted();
    if (await waitForOther(home, options.onEvent, until)) return stackStatus(home.folder);
    const outcome = await startSupervisor(home, options, until);
    if (outcome === 'ready') return stackStatus(home.folder);
  }
  throw new Error(`The stack in ${home.folder} was not ready within ${READY_WITHIN_MS / 1000} s.`);
}

/** Prints events as lines that the process which waits for a detached stack reads from its log. */
export function printEvent(event: StackEvent): void {
  process.stdout.write(`${JSON.stringify({ at: new Date().toISOString(), ...event })}\n`);
}

async function waitForOther(home: Home, onEvent: OnEvent, { signal, deadline }: Until): Promise<boolean> {
  const holder = await holderOf(home);
  if (!holder) return false;
  onEvent({ type: 'progress', message: `Process ${holder.pid} has the stack in its hands; waiting until it is ready` });
  while (isSame(holder) && Date.now() < deadline) {
    const state = await readState(home);
    if (state.isReady && state.supervisor?.pid === holder.pid) return true;
    // A supervisor that withdraws its claim lives on for a moment.
    if ((await holderOf(home))?.pid !== holder.pid) return false;
    await sleep(50, undefined, { signal });
  }
  return false;
}

async function startSupervisor(home: Home, options: StackOptions, until: Until): Promise<'ready' | 'busy'> {
  const { onEvent, ...rest } = options;
  const script = fileURLToPath(new URL('./supervise.js', import.meta.url));
  const child = await startChild({
    command: process.execPath,
    args: [script, JSON.stringify({ ...rest, home: home.folder })],
    env: { ...process.env, BCSOURCE_HOME: home.folder },
    home: home.folder,
    logFile: logFile(home, 'supervisor'),
    outlivesUs: true,
  });
  return followUntilReady(child, onEvent, until).catch(async (error: unknown) => {
    // Nobody waits for it any more; where it has ended by itself there is nothing to stop.
    if (until.signal.aborted) await stopProcess(child.process, STOP_SUPERVISOR);
    throw error;
  });
}

async function followUntilReady(
  child: Child,
  onEvent: OnEvent,
  { signal, deadline }: Until,
): Promise<'ready' | 'busy'> {
  let told = 0;
  for (;;) {
    // Asked before the log is read: what was written before the exit is in it then.
    const exit = child.hasExited();
    const output = await outputOf(child);
    const lines = output.split('\n').slice(0, -1);
    for (const line of lines.slice(told)) {
      const event = parse(line);
      if (event?.type === 'failed') return fail(event);
      if (event) onEvent(event);
      if (event?.type === 'ready') return 'ready';
    }
    told = lines.length;
    if (exit) throw new Error(`The supervisor ended (${describeExit(exit)}): ${output.slice(-1_000)}`);
    if (Date.now() > deadline) throw new Error(`The stack is not ready yet; see ${child.logFile}.`);
    await sleep(50, undefined, { signal });
  }
}

function fail(event: StackEvent): 'busy' {
  if (event.code === 'STACK_BUSY') return 'busy';
  throw new Error(event.message);
}

function parse(line: string): StackEvent | null {
  try {
    return JSON.parse(line) as StackEvent;
  } catch {
    return null;
  }
}
