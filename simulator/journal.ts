import { closeSync, existsSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { CatalogueChange } from './catalogue/changes.ts';
import type { CatalogueSize } from './generator/plan.ts';
import type { StoreSettings } from './settings.ts';
import type { StoreInformation } from './store-information.ts';

/** What survives a restart. Quota, latency, faults and the ledger do not: they belong to a test, not to a store. */
export type JournalEvent =
  | { type: 'store'; store: string; size: CatalogueSize }
  | { type: 'catalogue'; store: string; size: CatalogueSize }
  | { type: 'change'; store: string; change: CatalogueChange }
  | { type: 'row'; store: string; table: 'orders' | 'customers' | 'hooks'; id: number; row: unknown }
  | { type: 'settings'; store: string; settings: StoreSettings; information: StoreInformation }
  | { type: 'tokens'; store: string; tokens: Record<string, string[]> }
  | { type: 'reset'; store: string };

/** The file is not a journal of ours: something other than its last line cannot be read. */
export class JournalError extends Error {
  override readonly name = 'JournalError';
}

export interface Journal {
  readonly events: readonly JournalEvent[];
  append(event: JournalEvent): void;
  close(): void;
}

/**
 * Opens a journal of JSON lines and reads what is in it. A torn last line, which a kill in the middle of a write leaves,
 * is cut off; any other line that cannot be read throws. Each write reaches the operating system before it returns, so
 * that a kill of this process loses nothing that was answered.
 */
export function openJournal(file: string): Journal {
  const text = existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
  const end = text.lastIndexOf(0x0a) + 1;
  const lines = text.subarray(0, end).toString('utf8').split('\n').slice(0, -1);
  const events = lines.map((line, position) => parseLine(file, line, position + 1));
  const descriptor = openSync(file, existsSync(file) ? 'r+' : 'w+');
  ftruncateSync(descriptor, end);
  let offset = end;
  return {
    events,
    append: (event) => {
      offset += writeSync(descriptor, `${JSON.stringify(event)}\n`, offset);
    },
    close: () => closeSync(descriptor),
  };
}

function parseLine(file: string, line: string, number: number): JournalEvent {
  try {
    return JSON.parse(line) as JournalEvent;
  } catch (cause) {
    throw new JournalError(`${file} is no state file of the simulator: line ${number} cannot be read.`, { cause });
  }
}
