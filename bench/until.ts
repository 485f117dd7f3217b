import { setTimeout as pause } from 'node:timers/promises';

/** Asks every `everyMs` until the answer is true; throws with `what` when that takes longer than `withinMs`. */
export async function until(what: string, withinMs: number, ask: () => Promise<boolean>, everyMs = 100): Promise<void> {
  for (const end = Date.now() + withinMs; !(await ask()); await pause(everyMs)) {
    if (Date.now() > end) throw new Error(`${what} was waited for in vain`);
  }
}
