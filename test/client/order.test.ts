import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { buildProgram } from '../../client/cli/program.ts';
import { submitOrders } from '../../client/orders.ts';
import type { OrderFr } from '../../client/orders.ts';
import type { Session } from '../../client/session.ts';
import { savePage } from '../../database/import-ledger.ts';
import type { Processing } from '../../domain/fulfillment/states.ts';
import { findOrder, ordersToTry } from '../../database/orders.ts';
import { acceptAndRoute } from '../../database/routing.ts';
import { saveSource } from '../../database/sources.ts';
import { orderDocumentSchema } from '../../domain/fulfillment/document.ts';
import { readDocuments } from '../../domain/fulfillment/read-documents.ts';
import { makeItem, makePage, makeScope } from '../database/builders.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';

const environment = { ...process.env };
let database: TestDatabase;
let folder: string;
let sourceId: number;
beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'order-'));
  const settings = { fulfillment: { autoSend: true } };
  const draft = { name: 'acme', connectionType: 'api_token' as const, storeHash: 'abc', document: 'x', settings };
  sourceId = (await saveSource(database.db, draft, () => Promise.resolve())).id;
  const items = [makeItem(1, { sku: 'A', quantity: 1000 }), makeItem(2, { sku: 'B', quantity: 1 })];
  await savePage(database.db, await makeScope(database.db, { sourceId }), makePage(items));
  process.env['DATABASE_URL'] = database.url;
  // Nothing listens on port 1.
  process.env['TEMPORAL_ADDRESS'] = '127.0.0.1:1';
  process.env['BCSOURCE_ENCRYPTION_KEY'] = Buffer.alloc(32, 1).toString('base64');
});
afterEach(() => void jest.restoreAllMocks());
afterAll(async () => {
  process.env = environment;
  process.exitCode = undefined;
  await rm(folder, { recursive: true });
  await database.drop();
});

function makeDocument(number: string, sku = 'A', quantity = 1) {
  return { number, lines: [{ sku, quantity }] };
}

/** Stored and routed, its requests at their end: nothing is started when it comes again, which takes 5 s without Temporal. */
async function storeEnded(document: object, processing: Processing = 'acknowledged'): Promise<void> {
  const { frs } = await acceptAndRoute(database.db, orderDocumentSchema.parse(document), new Date());
  const ids = frs.map(({ id }) => id);
  await database.db
    .updateTable('fulfillment_requests')
    .set({ processing, canceled_at: processing === 'canceled' ? new Date('2026-05-04T10:00Z') : null })
    .where('id', 'in', ids)
    .execute();
}

async function fileOf(content: string): Promise<string> {
  const file = join(folder, 'orders');
  await writeFile(file, content);
  return file;
}

/** Runs the command as a person would, and gives back what it printed where, and its exit code. */
async function run(...args: string[]) {
  const [out, err]: [string[], string[]] = [[], []];
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => out.push(String(text)) > 0);
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => err.push(String(text)) > 0);
  await buildProgram().parseAsync(['node', 'bcsource', 'order', ...args]);
  jest.restoreAllMocks();
  const printed = { out: out.join(''), err: err.join(''), exitCode: process.exitCode };
  return { ...printed, json: args.includes('--json') ? (JSON.parse(printed.out) as unknown) : undefined };
}

const acmeFr = (number: string) => ({
  number,
  source: 'acme',
  workflowId: `fr:acme:${number}`,
  webUrl: expect.stringContaining(`/workflows/fr%3Aacme%3A${number}`) as unknown,
});

describe('order submit', () => {
  it('stores and routes while Temporal is down, and says so', async () => {
    const { json, exitCode } = await run('submit', await fileOf(JSON.stringify(makeDocument('S-1'))), '--json');
    expect(exitCode).toBe(0);
    expect(json).toEqual({
      ...{ outcome: 'accepted', number: 'S-1', state: 'routed', frs: [acmeFr('S-1')], temporal: 'unreachable' },
      routing: {
        routed: true,
        parts: [
          {
            ...{ source: 'acme', number: 'S-1', lineIds: ['1'] },
            why: 'ships the whole order: first by priority (100) of the sources that can',
          },
        ],
        considered: [{ source: 'acme', reasons: [] }],
      },
    });
  });

  it('accepts what cannot be routed now: open, with the reasons, exit code 0', async () => {
    const file = await fileOf(JSON.stringify(makeDocument('S-2', 'B', 3)));
    const { json, exitCode } = await run('submit', file, '--json');
    expect(exitCode).toBe(0);
    expect(json).toMatchObject({
      ...{ outcome: 'accepted', state: 'open', frs: [], temporal: 'started' },
      routing: { considered: [{ source: 'acme', reasons: ['B is out of stock (wanted 3, available 1)'] }] },
    });
    const again = await run('submit', file);
    expect(again.out).toContain('S-2 was accepted already and is open');
    expect(again.out).toContain('acme: B is out of stock (wanted 3, available 1)');
  });

  it('refuses one bad order with every problem, and a number that has other content', async () => {
    const bad = await run('submit', await fileOf('{"number": "S-3", "source": "acme", "lines": []}'), '--json');
    expect(bad).toMatchObject({
      exitCode: 2,
      json: { error: { code: 'invalid_input', problems: [{ path: 'lines' }, { path: 'source' }] } },
    });
    await storeEnded(makeDocument('S-4'));
    const other = await run('submit', await fileOf(JSON.stringify(makeDocument('S-4', 'A', 2))), '--json');
    expect(other).toMatchObject({
      exitCode: 2,
      json: { error: { code: 'number_taken', differences: [{ path: 'lines[0].quantity', stored: 1, given: 2 }] } },
    });
  });

  it('takes in many, each by itself, with a summary and exit code 2 when one is refused', async () => {
    const lines = [makeDocument('M-1'), { number: 'M-2' }, makeDocument('M-3', 'none'), makeDocument('M-1')];
    await storeEnded(lines[0]!);
    const file = await fileOf(lines.map((line) => JSON.stringify(line)).join('\n'));
    const { json, exitCode } = await run('submit', file, '--json');
    expect(exitCode).toBe(2);
    expect(json).toMatchObject({
      ...{ accepted: 1, known: 2, refused: 1, open: 1 },
      results: [
        { place: 'line 1', outcome: 'known', state: 'routed', frs: [acmeFr('M-1')] },
        { place: 'line 2', outcome: 'refused', code: 'invalid_input' },
        { outcome: 'accepted', state: 'open', frs: [] },
        { outcome: 'known', state: 'routed', frs: [acmeFr('M-1')] },
      ],
    });
    const human = await run('submit', file);
    expect(human.out).toContain('accepted 0, already known 3, refused 1; open 1');
    expect(human.out).toContain('open line 3 (M-3): No source can ship this order');
  });

  it('reads CSV, one row a line', async () => {
    const file = await fileOf('number,sku,quantity\nV-1,A,1\nV-1,C,1\n');
    const { json } = await run('submit', file, '--csv', '--json');
    expect(json).toMatchObject({
      ...{ number: 'V-1', state: 'open' },
      routing: { considered: [{ reasons: ['C is not in its inventory'] }] },
    });
  });
});

describe('order commands', () => {
  it('preview makes nothing', async () => {
    const { json, exitCode } = await run('preview', await fileOf(JSON.stringify(makeDocument('P-1'))), '--json');
    expect(exitCode).toBe(0);
    expect(json).toMatchObject({ number: 'P-1', stored: null, routing: { routed: true, parts: [{ source: 'acme' }] } });
    expect(await findOrder(database.db, 'P-1')).toBeUndefined();
  });

  it('show, list and route tell where an order stands', async () => {
    await storeEnded(makeDocument('W-1'));
    await run('submit', await fileOf(JSON.stringify(makeDocument('W-2', 'C'))));
    expect((await run('show', 'W-1', '--json')).json).toMatchObject({
      ...{ number: 'W-1', state: 'routed', lines: [{ id: '1', sku: 'A', quantity: 1 }], routing: { routed: true } },
      frs: [{ ...acmeFr('W-1'), processing: 'acknowledged', shipping: 'open', bigcommerceOrderId: null }],
    });
    const human = await run('show', 'W-1');
    expect(human.out).toContain('W-1 goes to acme (lines 1): ships the whole order');
    expect((await run('list', '--state', 'open', '--limit', '1', '--json')).json).toMatchObject([
      { number: 'W-2', state: 'open', sources: [], why: expect.stringContaining('No source') },
    ]);
    expect((await run('route', 'W-2', '--json')).json).toMatchObject({ number: 'W-2', state: 'open', frs: [] });
    expect((await run('route', 'W-1', '--json')).json).toMatchObject({ state: 'routed', frs: [acmeFr('W-1')] });
  });

  it('cancel keeps an open order from ever being routed', async () => {
    const file = await fileOf(JSON.stringify(makeDocument('X-1', 'LATER')));
    await run('submit', file);
    expect(await run('cancel', 'X-1', '--json')).toMatchObject({
      exitCode: 0,
      json: { number: 'X-1', state: 'canceled', results: [] },
    });
    const items = [makeItem(7, { sku: 'LATER', quantity: 9 })];
    await savePage(database.db, await makeScope(database.db, { sourceId }), makePage(items));
    expect((await run('submit', file, '--json')).json).toMatchObject({ outcome: 'known', state: 'canceled', frs: [] });
    const several = await fileOf(JSON.stringify([makeDocument('X-1', 'LATER'), makeDocument('X-1-B', 'LATER')]));
    expect((await run('submit', several)).out).toContain('canceled [0] (X-1): it is not routed any more.\naccepted 1');
    expect((await run('submit', file)).out).not.toContain('LATER');
    expect(await run('route', 'X-1', '--json')).toMatchObject({ exitCode: 1, json: { error: { code: 'too_late' } } });
    expect(await ordersToTry(database.db, 100)).not.toContain('X-1');
    const again = await run('cancel', 'X-1');
    expect(again).toMatchObject({ exitCode: 0, out: 'X-1 is canceled already.\n' });
    const [listed] = (await run('list', '--state', 'canceled', '--json')).json as unknown[];
    expect(listed).toMatchObject({ number: 'X-1', canceledAt: expect.any(String) as unknown });
  });

  it('cancel answers for each request of a routed order', async () => {
    await storeEnded(makeDocument('X-2'), 'canceled');
    expect(await run('cancel', 'X-2', '--json')).toMatchObject({
      exitCode: 0,
      json: { number: 'X-2', state: 'canceled', results: [{ number: 'X-2', source: 'acme', outcome: 'done' }] },
    });
    await acceptAndRoute(database.db, orderDocumentSchema.parse(makeDocument('X-3')), new Date());
    // Its request lives, and Temporal cannot be asked to end it.
    expect(await run('cancel', 'X-3', '--json')).toMatchObject({ exitCode: 5 });
    // As after its source was purged.
    await database.db.deleteFrom('fulfillment_requests').where('number', '=', 'X-3').execute();
    expect(await run('cancel', 'X-3')).toMatchObject({ exitCode: 0, out: 'X-3 has no request any more.\n' });
  });

  it('tell of an order whose requests were all canceled that it is canceled, too', async () => {
    await storeEnded(makeDocument('Y-1'), 'canceled');
    await storeEnded(makeDocument('Y-2'));
    const canceled = { number: 'Y-1', state: 'canceled', canceledAt: '2026-05-04T10:00:00.000Z' };
    expect((await run('show', 'Y-1', '--json')).json).toMatchObject({ ...canceled, frs: [acmeFr('Y-1')] });
    expect((await run('list', '--limit', '2', '--json')).json).toMatchObject([
      { number: 'Y-2', state: 'routed', canceledAt: null },
      canceled,
    ]);
    expect((await run('list', '--state', 'canceled', '--limit', '1', '--json')).json).toMatchObject([canceled]);
    const routed = (await run('list', '--state', 'routed', '--json')).json as { number: string }[];
    expect(routed[0]!.number).toBe('Y-2');
    expect(routed).not.toContainEqual(expect.objectContaining({ number: 'Y-1' }));
    // Nothing would come of it: a person who wants it after all has to know.
    expect(await run('route', 'Y-1', '--json')).toMatchObject({ exitCode: 1, json: { error: { code: 'too_late' } } });
    const again = await run('submit', await fileOf(JSON.stringify(makeDocument('Y-1'))), '--json');
    expect(again).toMatchObject({ exitCode: 0, json: { outcome: 'known', state: 'canceled' } });
  });

  it.each(['show', 'route', 'cancel'])('%s answers 3 for a number that there is not', async (verb) => {
    expect(await run(verb, 'nobody', '--json')).toMatchObject({ exitCode: 3, json: { error: { code: 'not_found' } } });
  });
});

describe('submitted orders', () => {
  it('are started when they are stored, again when they come again, and not when they have ended', async () => {
    const session = { database: () => Promise.resolve(database.db) } as Session;
    const asked: string[][] = [];
    const startFr = (_: Session, frs: readonly OrderFr[]) => {
      asked.push(frs.map(({ number }) => number));
      return Promise.resolve({ started: 0, unreachable: true });
    };
    const numbers = Array.from({ length: 60 }, (_, index) => `Z-${index}`);
    const read = readDocuments(JSON.stringify(numbers.map((number) => makeDocument(number))), 'json', 'order');
    const sentences: string[] = [];
    const options = { startFr, onProgress: (sentence: string) => sentences.push(sentence) };
    expect(await submitOrders(session, read, options)).toMatchObject({ accepted: 60, temporal: 'unreachable' });
    // The first fifty were asked for; who does not answer is not asked again for the rest.
    expect(asked).toEqual([numbers.slice(0, 50)]);
    expect(sentences.at(-1)).toBe('Read: 60 of 60.');
    await database.db
      .updateTable('fulfillment_requests')
      .set({ processing: 'canceled' })
      .where('number', '=', 'Z-0')
      .execute();
    expect(await submitOrders(session, read.slice(0, 2), options)).toMatchObject({ known: 2 });
    expect(asked.at(-1)).toEqual(['Z-1']);
  });
});
