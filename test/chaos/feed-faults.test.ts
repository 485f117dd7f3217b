import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isLong } from '../helpers/form.ts';
import type { CommandResult } from '../helpers/processes.ts';
import { startSystem } from '../helpers/system.ts';
import type { TestSystem } from '../helpers/system.ts';
import { waitFor } from '../helpers/wait.ts';
import { differences, expectedFeed } from './feed.ts';
import { openShop, stopSystem } from '../e2e/support.ts';
import { pageRequests } from './runs.ts';

const LIST = '/v3/catalog/products';
/** The pages of an import, and not its looks at the edges of the id space. */
const PAGES = { pattern: 'limit=20&' };

interface Case {
  name: string;
  /** Told apart from another one by little: the short form does not know it. */
  inLong?: true;
  /** Faults of the second import; the first one read the whole feed. */
  faults?: object[];
  /** Something that happens before the second import. */
  before?: (system: TestSystem, hash: string) => Promise<unknown>;
  /** Something that happens while the second import reads. */
  meanwhile?: (system: TestSystem, hash: string) => Promise<unknown>;
  exitCode: number;
  status: 'completed' | 'failed' | 'waiting_for_approval';
  code: string | null;
}

const revoke = async ({ simulator }: TestSystem, hash: string) => {
  await waitFor('some pages', async () => (await pageRequests(simulator, hash)).length >= 2);
  return simulator.control('PUT', `tokens?store=${hash}`, { revoke: [`${hash}-token`] });
};
const empty = ({ simulator }: TestSystem, hash: string) =>
  simulator.control('PUT', `catalogue?store=${hash}`, { products: 0 });

const incomplete = { exitCode: 5, status: 'failed', code: 'feed_incomplete' } as const;
const recovered = { exitCode: 0, status: 'completed', code: null } as const;
const unavailable = { exitCode: 5, status: 'failed', code: 'store_unavailable' } as const;
const all: Case[] = [
  {
    name: 'a page that comes empty once',
    faults: [{ kind: 'empty-page', ...PAGES, after: 1, times: 1 }],
    ...recovered,
  },
  {
    name: 'pages that stay empty',
    inLong: true,
    faults: [{ kind: 'empty-page', ...PAGES, after: 1 }],
    ...incomplete,
  },
  {
    name: 'pages that stay empty and say that the store has nothing',
    faults: [{ kind: 'empty-page', ...PAGES, after: 1, zeroTotal: true }],
    ...incomplete,
  },
  {
    name: 'a product list that is empty whatever it is asked',
    inLong: true,
    faults: [{ kind: 'empty-page', path: LIST, after: 4 }],
    ...incomplete,
  },
  {
    name: 'a product list that is empty whatever it is asked and says that the store has nothing',
    inLong: true,
    faults: [{ kind: 'empty-page', path: LIST, after: 4, zeroTotal: true }],
    ...incomplete,
  },
  {
    name: 'a product list that goes silent, total and all, when most of it has been read',
    faults: [{ kind: 'empty-page', path: LIST, after: 7, zeroTotal: true }],
    ...incomplete,
  },
  {
    name: 'pages that break off now and then',
    inLong: true,
    faults: [{ kind: 'cut-body', ...PAGES, after: 1, times: 2 }],
    ...recovered,
  },
  { name: 'pages that always break off', faults: [{ kind: 'cut-body', path: LIST, after: 4 }], ...unavailable },
  {
    name: 'an empty catalogue',
    before: empty,
    ...{ exitCode: 6, status: 'waiting_for_approval', code: 'waiting_for_approval' },
  },
  {
    name: 'a token that is revoked in the middle',
    meanwhile: revoke,
    ...{ exitCode: 4, status: 'failed', code: 'credential_refused' },
  },
  {
    name: 'a store that answers 503 for a while',
    inLong: true,
    faults: [{ kind: 'status', after: 4, times: 4 }],
    ...recovered,
  },
  { name: 'a store that answers 503 for too long', faults: [{ kind: 'status', after: 4 }], ...unavailable },
  {
    name: 'a page of HTML',
    inLong: true,
    faults: [{ kind: 'html', status: 200, ...PAGES, times: 1 }],
    ...recovered,
  },
  {
    name: 'nothing but HTML',
    faults: [{ kind: 'html', status: 200, after: 4 }],
    ...{ exitCode: 1, status: 'failed', code: 'unexpected_answer' },
  },
];

const cases = isLong ? all : all.filter(({ inLong }) => !inLong);

/** Failures of stores that are asked again until they are given up. */
const NEVER_BACK = new Set(['store_unavailable', 'unexpected_answer']);

interface Outcome {
  status: string;
  counts: Record<string, number>;
  reason: { code: string; message: string; hint: string } | null;
}

/** Every case has a store and a source of its own, so all of them run side by side: some have to wait. */
describe('a second import that meets', () => {
  let system: TestSystem;
  let results: Promise<CommandResult>[];
  beforeAll(async () => {
    system = await startSystem(['--products', '0']);
    await Promise.all(cases.map((_, index) => readOnce(index)));
    results = cases.map((each, index) => importAmid(each, index));
  }, 240_000);
  afterAll(() => stopSystem(system));

  async function readOnce(index: number): Promise<void> {
    const shop = await openShop(system, `case-${index}`, { products: 100, variants: 2 });
    // A store that is to be waited for comes back within the minute; one that is to be given up never does.
    const giveUpMinutes = NEVER_BACK.has(cases[index]!.code ?? '') ? 0.05 : 1;
    await shop.apply(`  archiveMissing: true\n  pageSize: 20\n  giveUpMinutes: ${giveUpMinutes}`);
    const run = await shop.import();
    expect(run.counts).toMatchObject({ items: 200, created: 200 });
  }

  const importNow = (index: number) => system.cli(['inventory', 'import', `case-${index}`, '--wait', '--json']);

  async function importAmid({ faults, before, meanwhile }: Case, index: number): Promise<CommandResult> {
    const hash = `case${index}`;
    await system.simulator.control('PUT', `latency?store=${hash}`, { ms: 50 });
    await system.simulator.control('DELETE', `ledger?store=${hash}`);
    await before?.(system, hash);
    if (faults) await system.simulator.control('PUT', `faults?store=${hash}`, faults);
    const [result] = await Promise.all([importNow(index), meanwhile?.(system, hash)]);
    return result;
  }

  it.each(cases.map((each, index) => ({ ...each, index })))(
    '$name archives nothing, ends as documented and says why',
    async ({ index, exitCode, status, code, before, meanwhile }) => {
      const result = await results[index]!;
      const outcome = result.json<Outcome>();
      expect({ exitCode: result.exitCode, status: outcome.status, code: outcome.reason?.code ?? null }).toEqual({
        exitCode,
        status,
        code,
      });
      if (code !== null) expect(outcome.reason!.message.length * outcome.reason!.hint.length).toBeGreaterThan(0);
      if (status !== 'waiting_for_approval')
        expect(outcome.counts).toMatchObject({ archived: 0, created: 0, updated: 0 });
      // The table says what the store held before; an emptied or closed one is put back to compare with it.
      const [hash, { simulator }] = [`case${index}`, system];
      await simulator.control('DELETE', `faults?store=${hash}`);
      if (before ?? meanwhile) await simulator.control('POST', `reset?store=${hash}`, {});
      const { items } = await expectedFeed({ simulator, hash, token: `${hash}-token` });
      expect(items.size).toBe(200);
      expect(await differences(system.database.db, `case-${index}`, items)).toEqual([]);
    },
    120_000,
  );
});
