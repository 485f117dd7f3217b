import { QuotaGovernor } from './quota.ts';
import { SendTurns } from './send-turns.ts';

/** The governor of a store by its hash, the turns of its sends, and all governors that there are. */
export interface Governors {
  (store: string): QuotaGovernor;
  turnsOf(store: string): SendTurns;
  all(): IterableIterator<[string, QuotaGovernor]>;
}

/** One governor a store, for everything that runs in this process. */
export function createGovernors(): Governors {
  const governors = new Map<string, QuotaGovernor>();
  const turns = new Map<string, SendTurns>();
  const of = (store: string) => {
    const known = governors.get(store) ?? new QuotaGovernor();
    governors.set(store, known);
    return known;
  };
  const turnsOf = (store: string) => {
    const known = turns.get(store) ?? new SendTurns(() => of(store).room());
    turns.set(store, known);
    return known;
  };
  return Object.assign(of, { turnsOf, all: () => governors.entries() });
}
