import { randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readJson, writeAtomically } from './files.ts';
import type { Home } from './home.ts';
import { identify, isSame, type ProcessRecord } from './processes.ts';

/** The right to run the stack of a home; ends with the process that holds it, whatever kills it. */
export interface Claim {
  release: () => Promise<void>;
}

/** Thrown when another living process runs, starts or stops the stack of this home. */
export class StackBusyError extends Error {
  override name = 'StackBusyError';
  readonly code = 'STACK_BUSY';
  readonly pid: number;

  constructor(home: string, pid: number) {
    super(
      `The stack in ${home} is already in the hands of process ${pid}: see \`bcsource status\`, end it by \`bcsource stop\`.`,
    );
    this.pid = pid;
  }
}

/**
 * Claims a home for this process. Each claimant first writes a file of its own and then looks at the others: of two at
 * once at least one sees the other and withdraws, so there is no moment in which a stale lock is taken over by two.
 */
export async function claimHome(home: Home, waitMs = 1_000): Promise<Claim> {
  const deadline = Date.now() + waitMs;
  for (;;) {
    const file = join(home.claims, `${process.pid}-${randomBytes(4).toString('hex')}.json`);
    await writeAtomically(file, JSON.stringify(identify(process.pid, null)));
    const release = (): Promise<void> => rm(file, { force: true });
    const other = await holderOf(home, file);
    if (other === null) return { release };
    await release();
    if (Date.now() > deadline) throw new StackBusyError(home.folder, other.pid);
    // Of different length for each, or two that withdraw together would meet again.
    await sleep(20 + Math.random() * 100);
  }
}

/** The living process that holds the home, if any; removes the claims of dead ones. */
export async function holderOf(home: Home, own?: string): Promise<ProcessRecord | null> {
  const names = await readdir(home.claims).catch(() => []);
  for (const name of names) {
    const file = join(home.claims, name);
    if (file === own || !name.endsWith('.json')) continue;
    const record = (await readJson(file)) as ProcessRecord | null;
    if (isSame(record)) return record;
    await rm(file, { force: true });
  }
  return null;
}
