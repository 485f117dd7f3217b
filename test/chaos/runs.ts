import type { Database } from '../../database/connect.ts';
import { findRun } from '../../database/runs.ts';
import type { JobRun } from '../../database/runs.ts';
import { isLong } from '../helpers/form.ts';
import type { CommandResult } from '../helpers/processes.ts';
import type { TestSimulator } from '../helpers/simulator.ts';
import { waitFor } from '../helpers/wait.ts';

/** How much to do: a little in every run of the tests, all of it in the long form. */
export function seeds(short: number, long: number): number[] {
  const count = isLong ? long : short;
  return Array.from({ length: count }, (_, index) => index + 1);
}

/** A repeatable source of whole numbers from `low` to `high` (mulberry32). */
export function randomOf(seed: number): (low: number, high: number) => number {
  let state = (seed * 0x9e3779b9) >>> 0;
  return (low, high) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return low + (((mixed ^ (mixed >>> 14)) >>> 0) % (high - low + 1));
  };
}

/** A source file for one store of the simulator; `inventory` are settings in YAML's flow style. */
export function sourceOf(name: string, hash: string, inventory: string, token = `${hash}-token`): string {
  return `name: ${name}
connection: { type: api_token, storeHash: ${hash}, accessToken: ${token} }
inventory: { archiveMissing: true, ${inventory} }
`;
}

type Cli = (args: string[], input?: string) => Promise<CommandResult>;

/** Applies a source; throws with what was said when it is refused. */
export async function apply(cli: Cli, file: string): Promise<void> {
  const result = await cli(['source', 'apply', '-', '--json'], file);
  if (result.exitCode !== 0) throw new Error(result.stdout + result.stderr);
}

/** Starts an import without waiting for it; answers with the id of its run. */
export async function startImport(cli: Cli, source: string): Promise<string> {
  const result = await cli(['inventory', 'import', source, '--json']);
  if (result.exitCode !== 0) throw new Error(result.stdout + result.stderr);
  return result.json<{ runId: string }>().runId;
}

/** Waits until a run has ended, whatever dies meanwhile. */
export function ended(db: Database, runId: string, waitMs = 120_000): Promise<JobRun> {
  return waitFor(
    `run ${runId} to end`,
    async () => {
      const run = await findRun(db, runId).catch(() => undefined);
      return run?.finishedAt ? run : null;
    },
    waitMs,
  );
}

export interface PageRequest {
  /** The upper bound of the range, or `open` for the last one. */
  range: string;
  after: string;
}

/** The pages of the product list that an import has asked a store for, in their order. */
export async function pageRequests(simulator: TestSimulator, hash: string): Promise<PageRequest[]> {
  const ledger = await simulator.control<{ requests: { path: string }[] }>('GET', `ledger/requests?store=${hash}`);
  return ledger.requests.flatMap(({ path }) => {
    const { pathname, searchParams } = new URL(path, 'http://store');
    const after = searchParams.get('id:greater');
    const isPage = pathname === '/v3/catalog/products' && after !== null && searchParams.has('include');
    return isPage ? [{ range: searchParams.get('id:max') ?? 'open', after }] : [];
  });
}

/** How many pages of each range were asked for more than once. */
export function repeatedPages(requests: PageRequest[]): Record<string, number> {
  const repeated: Record<string, number> = {};
  const seen = new Set<string>();
  for (const { range, after } of requests) {
    const page = `${range} ${after}`;
    if (seen.has(page)) repeated[range] = (repeated[range] ?? 0) + 1;
    seen.add(page);
  }
  return repeated;
}
