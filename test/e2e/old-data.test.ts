import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { PRUNE_ID } from '../../workflows/ids.ts';
import { startSystem } from '../helpers/system.ts';
import type { TestSystem } from '../helpers/system.ts';
import { JANE, jsonCommands, openSupplier, runSchedule } from './fr-support.ts';
import type { Supplier } from './fr-support.ts';
import { stopSystem } from './support.ts';
import type { ErrorDocument, RunDocument } from './support.ts';

/** What tells of the person; where she lives, by state and country, stays. */
const PERSONAL = [JANE.firstName, JANE.lastName, JANE.address1, JANE.city, JANE.email, JANE.phone];
const TOMORROW = new Date(Date.now() + 86_400_000).toISOString();

let system: TestSystem;
beforeAll(async () => {
  system = await startSystem(['--products', '1'], { BCSOURCE_KEEP_DAYS: 'runs=1' });
});
afterAll(() => stopSystem(system));

const { run, failure } = jsonCommands(() => system);
const forget = (...args: string[]) => run(['fr', 'forget', '--before', TOMORROW, ...args]);

/** What each request tells of the person. */
async function toldBy(source: string, ...numbers: string[]): Promise<Record<string, string[]>> {
  const told: Record<string, string[]> = {};
  for (const number of numbers) {
    const shown = JSON.stringify((await run(['fr', 'show', number, '--source', source])).document);
    told[number] = PERSONAL.filter((word) => shown.includes(word));
  }
  return told;
}

const untouched = (...numbers: string[]) => Object.fromEntries(numbers.map((number) => [number, PERSONAL]));
const blank = (...numbers: string[]) => Object.fromEntries(numbers.map((number) => [number, []]));

describe('forgetting persons', () => {
  let desk: Supplier;
  beforeAll(async () => {
    desk = await openSupplier(system, 'desk', '  autoSend: false\nshipments: {}');
    await desk.import();
    const { source: _, ...order } = desk.document('SHIPPED');
    expect((await run(['order', 'submit', '-'], order)).document).toMatchObject({ state: 'routed' });
    await run(['fr', 'process', 'SHIPPED']);
    const { bigcommerceOrderId } = await desk.reach('SHIPPED', 'acknowledged');
    await desk.control('POST', `orders/${bigcommerceOrderId}/ship`, { tracking_number: '1Z' });
    expect((await run<RunDocument>(['shipments', 'sync', 'desk', '--wait'])).document.counts['shipments']).toBe(1);
    await desk.submit(desk.document('CANCELED'), desk.document('OPEN'));
    const other = await openSupplier(system, 'other', '  autoSend: false');
    await other.submit(other.document('CANCELED'));
    expect((await run(['fr', 'cancel', 'CANCELED', '--source', 'desk'])).exitCode).toBe(0);
    expect((await run(['fr', 'cancel', 'CANCELED', '--source', 'other'])).exitCode).toBe(0);
  }, 120_000);

  it('begins with what a person asks for: all that is stored of a request, its order and its packages', async () => {
    const exported = await system.cli(['fr', 'export', 'SHIPPED', '--json']);
    expect(exported.exitCode).toBe(0);
    const tracked = { trackingNumber: '1Z' };
    const person = { document: { billingAddress: JANE } };
    expect(exported.json()).toMatchObject({
      ...{ request: { number: 'SHIPPED', source: 'desk', ...person }, order: { number: 'SHIPPED', ...person } },
      ...{ lines: [{ sku: 'S-1', quantity: 1 }], shipments: [tracked] },
      shipmentChanges: [{ kind: 'created', document: { trackingNumber: '1Z' } }],
    });
    expect(PERSONAL.filter((word) => !exported.stdout.includes(word))).toEqual([]);
    const nobody = await system.cli(['fr', 'export', 'NOBODY']);
    expect([nobody.exitCode, nobody.json<ErrorDocument>().error.code]).toEqual([3, 'not_found']);
  });

  it('says how many it would reach, and asks before it does', async () => {
    expect(await forget('--dry-run')).toMatchObject({
      exitCode: 0,
      document: { dryRun: true, requests: 3, orders: 1 },
    });
    const unasked = await failure(['fr', 'forget', '--before', TOMORROW]);
    expect(unasked).toMatchObject({ exitCode: 2, code: 'invalid_input', hint: expect.stringContaining('--yes') });
    const early = ['fr', 'forget', '--before', '2020-01-01', '--yes'];
    expect((await run(early)).document).toMatchObject({ requests: 0, orders: 0 });
    expect(await toldBy('desk', 'SHIPPED', 'CANCELED', 'OPEN')).toEqual(untouched('SHIPPED', 'CANCELED', 'OPEN'));
  });

  it('blanks requests of one source alone, where it is told so', async () => {
    const done = await forget('--source', 'other', '--yes');
    expect(done).toMatchObject({ exitCode: 0, document: { dryRun: false, isDone: true, requests: 1, orders: 0 } });
    expect(await toldBy('other', 'CANCELED')).toEqual(blank('CANCELED'));
    expect(await toldBy('desk', 'SHIPPED', 'CANCELED')).toEqual(untouched('SHIPPED', 'CANCELED'));
  });

  it('blanks what is finished, and leaves what is open', async () => {
    expect((await forget('--yes')).document).toMatchObject({ requests: 2, orders: 1 });
    expect(await toldBy('desk', 'SHIPPED', 'CANCELED')).toEqual(blank('SHIPPED', 'CANCELED'));
    expect(await toldBy('desk', 'OPEN')).toEqual(untouched('OPEN'));
    const { stdout } = await system.cli(['fr', 'export', 'SHIPPED']);
    expect(PERSONAL.filter((word) => stdout.includes(word))).toEqual([]);
    expect(stdout).toContain('"1Z"');
  });
});

describe('the sweep of what is old', () => {
  it('deletes the record of a run when the days are over that the environment of the worker says', async () => {
    const { db } = system.database;
    const old = await db.selectFrom('job_runs').select('id').where('job', '=', 'inventory').executeTakeFirstOrThrow();
    const newest = await run<RunDocument>(['inventory', 'import', 'desk', '--wait']);
    await sql`update job_runs set finished_at = finished_at - interval '2 days'`.execute(db);
    await runSchedule(system, PRUNE_ID, 'prune');
    const { document: left } = await run<{ runId: string }[]>(['runs', 'list', '--source', 'desk']);
    expect(left.map(({ runId }) => runId)).toContain(newest.document.runId);
    expect(left.map(({ runId }) => runId)).not.toContain(old.id);
  });
});
