import type { OnEvent, PartName } from './events.ts';
import type { Home } from './home.ts';
import { STOP_STEPS } from './parts.ts';
import { findParts, isSame, type ProcessRecord, stopProcess } from './processes.ts';
import type { StackState } from './state.ts';

const STOP_ORDER: readonly PartName[] = ['worker', 'simulator', 'temporal', 'postgres'];

/**
 * Ends parts that outlived their supervisor, by their identity: those that the state remembers and, on Linux, those that
 * carry the home's mark. Tells how many there were. The caller holds the claim on the home.
 */
export async function endLeftovers(home: Home, state: StackState, onEvent: OnEvent): Promise<number> {
  const found = leftovers(home, state);
  const ranks = new Map<string, number>(STOP_ORDER.map((part, rank) => [part, rank]));
  found.sort((one, other) => (ranks.get(one.part) ?? -1) - (ranks.get(other.part) ?? -1));
  for (const { part, process } of found) {
    onEvent({ type: 'progress', message: `Stopping ${part} (pid ${process.pid}), which outlived its supervisor` });
    const steps = STOP_STEPS[part as PartName] ?? STOP_STEPS.simulator;
    if (await stopProcess(process, steps)) continue;
    throw new Error(`${part} (pid ${process.pid}) of an earlier start does not stop; end it and start again.`);
  }
  return found.length;
}

function leftovers(home: Home, state: StackState): { part: string; process: ProcessRecord }[] {
  const remembered = Object.entries(state.processes).flatMap(([part, process]) =>
    isSame(process) ? [{ part, process }] : [],
  );
  const pids = new Set(remembered.map((each) => each.process.pid));
  return [...remembered, ...findParts(home.folder).filter((each) => !pids.has(each.process.pid))];
}
