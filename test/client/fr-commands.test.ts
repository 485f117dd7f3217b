import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { standing } from '../../client/cli/actions/fr-preview.ts';
import { buildProgram } from '../../client/cli/program.ts';
import { acceptFulfillmentRequest } from '../../database/fr-intake.ts';
import type { FulfillmentRequest } from '../../database/fulfillment-requests.ts';
import { removeSource, saveSource } from '../../database/sources.ts';
import { frDocumentSchema } from '../../domain/fulfillment/document.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';

const environment = { ...process.env };
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  process.env['DATABASE_URL'] = database.url;
  // Nothing listens on port 1.
  process.env['TEMPORAL_ADDRESS'] = '127.0.0.1:1';
  process.env['BCSOURCE_ENCRYPTION_KEY'] = Buffer.alloc(32, 1).toString('base64');
  const sources = await Promise.all(['acme', 'other', 'removed'].map(saveNamed));
  const [acme, other] = sources.map(({ id }) => id);
  await removeSource(database.db, 'removed', false);
  await store(acme!, 'WAITS', { processing: 'unprocessed' });
  await store(acme!, 'ENDED', { processing: 'canceled' });
  await store(acme!, 'SENT-1', { processing: 'acknowledged', bigcommerce_order_id: 101 });
  await store(acme!, 'SENT-2', { processing: 'acknowledged', bigcommerce_order_id: 102 });
  await store(acme!, 'SHIPPED', { processing: 'acknowledged', bigcommerce_order_id: 103, shipping: 'shipped' });
  for (const source of [acme!, other!])
    for (const number of ['BOTH-1', 'BOTH-2']) await store(source, number, { processing: 'canceled' });
});
afterEach(() => void jest.restoreAllMocks());
afterAll(async () => {
  process.env = environment;
  process.exitCode = undefined;
  await database.drop();
});

function saveNamed(name: string) {
  const draft = {
    name,
    connectionType: 'api_token' as const,
    storeHash: name,
    document: 'x',
    settings: { shipments: { lookbackDays: 90 } },
  };
  return saveSource(database.db, draft, () => Promise.resolve());
}

type State = Pick<FulfillmentRequest, 'processing'> & { bigcommerce_order_id?: number; shipping?: 'shipped' };

async function store(sourceId: number, number: string, state: State): Promise<void> {
  const document = frDocumentSchema.parse({ number, source: 'acme', lines: [{ sku: 'A', quantity: 1 }] });
  const intake = { source: { id: sourceId }, document, autoSend: false, now: new Date() };
  const { id } = await acceptFulfillmentRequest(database.db, intake);
  await database.db.updateTable('fulfillment_requests').set(state).where('id', '=', id).execute();
}

/** Runs the command as a person would, and gives back its exit code, what it printed, and its remarks. */
async function run(...args: string[]) {
  const [out, err]: [string[], string[]] = [[], []];
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => out.push(String(text)) > 0);
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => err.push(String(text)) > 0);
  await buildProgram().parseAsync(['node', 'bcsource', ...args, '--json']);
  jest.restoreAllMocks();
  const json = JSON.parse(out.join('')) as { error?: { code: string; message: string } };
  return { exitCode: process.exitCode, error: json.error, json, remarks: err.join('') };
}

describe('several numbers', () => {
  it.each(['cancel', 'release', 'process', 'retry'])(
    'of which some are unknown are all left alone by %s',
    async (verb) => {
      expect(await run('fr', verb, 'NOPE', 'WAITS', 'NOPE2', '--yes')).toMatchObject({
        exitCode: 3,
        error: { code: 'not_found', message: 'There are no fulfillment requests NOPE, NOPE2; nothing was done.' },
      });
    },
  );

  it('of which one is unknown say that nothing was done', async () => {
    const { error } = await run('fr', 'cancel', 'WAITS', 'NOPE', '--source', 'acme', '--yes');
    expect(error?.message).toBe('There is no fulfillment request NOPE of source acme; nothing was done.');
    expect((await run('fr', 'show', 'NOPE')).error?.message).toBe('There is no fulfillment request NOPE.');
  });

  it('that several sources have are named with them', async () => {
    const { exitCode, error } = await run('fr', 'cancel', 'BOTH-1', 'ENDED', 'BOTH-2', '--yes');
    expect([exitCode, error?.message]).toEqual([
      2,
      'Several sources have a request BOTH-1: acme, other; BOTH-2: acme, other; nothing was done.',
    ]);
    expect(await run('fr', 'cancel', 'BOTH-1', 'BOTH-2', '--source', 'acme', '--yes')).toMatchObject({
      exitCode: 0,
      json: { done: 2 },
    });
  });

  it('that are unknown and endless are repeated in part', async () => {
    const message = (await run('fr', 'show', 'x'.repeat(5000))).error?.message;
    expect(message).toBe(`There is no fulfillment request ${'x'.repeat(100)}… (5000 characters).`);
    expect((await run('source', 'show', 'x'.repeat(5000))).error?.message).toContain('xx… (5000 characters).');
  });
});

describe('a filter by a source', () => {
  it.each([
    ['fr', 'release', '--source', 'nope', '--yes'],
    ['fr', 'hold', '--source', 'nope', '--for', '1h', '--yes'],
    ['fr', 'cancel', '--all', '--source', 'nope', '--yes'],
    ['fr', 'retry', '--source', 'nope', '--state', 'failed', '--yes'],
    ['fr', 'list', '--source', 'nope'],
    ['shipments', 'list', '--source', 'nope'],
  ])('that never was is a mistake: %s %s', async (...args) => {
    expect(await run(...args)).toMatchObject({ exitCode: 3, error: { code: 'source_not_found' } });
  });

  it('that was removed is none', async () => {
    expect(await run('fr', 'release', '--source', 'removed', '--yes')).toMatchObject({
      exitCode: 0,
      json: { done: 0 },
    });
    for (const noun of ['fr', 'shipments'])
      expect(await run(noun, 'list', '--source', 'removed')).toMatchObject({ exitCode: 0, json: [] });
  });
});

it('a hold that ends before it begins is a mistake, and nobody is told', async () => {
  expect(await run('fr', 'hold', 'WAITS', '--until', '2020-01-01T00:00Z')).toMatchObject({
    exitCode: 2,
    error: { message: 'A hold must end in the future, and 2020-01-01T00:00:00.000Z is past.' },
  });
});

it('what is stored of a request is printed as every command prints, with --json as without', async () => {
  const { exitCode, json } = await run('fr', 'export', 'SENT-1');
  expect([exitCode, json]).toMatchObject([0, { request: { number: 'SENT-1', bigcommerceOrderId: 101 }, order: null }]);
  expect(await run('fr', 'export', 'NOPE')).toMatchObject({ exitCode: 3, error: { code: 'not_found' } });
});

it('shipments of a request that does not exist are a mistake, of one that has none an empty list', async () => {
  expect(await run('shipments', 'list', '--fr', 'NOPE')).toMatchObject({ exitCode: 3, error: { code: 'not_found' } });
  expect(await run('shipments', 'list', '--fr', 'BOTH-1')).toMatchObject({ exitCode: 0, json: [] });
  const { error } = await run('shipments', 'list', '--fr', 'WAITS', '--source', 'other');
  expect(error?.message).toBe('There is no fulfillment request WAITS of source other.');
});

describe('a cancellation by filter', () => {
  it('tells of requests that were sent and are left out', async () => {
    const { exitCode, json, remarks } = await run('fr', 'cancel', '--all', '--text', 'SENT', '--yes');
    expect([exitCode, json]).toMatchObject([0, { done: 0 }]);
    expect(remarks).toMatch(/^2 requests that match were sent already and left out; --state acknowledged /);
    const one = await run('fr', 'cancel', '--source', 'acme', '--text', 'SENT-2', '--yes');
    expect(one.remarks).toMatch(/^1 request that matches was sent already/);
  });

  it.each([
    ['cancel', '--text', 'SHIPPED'],
    ['cancel', '--all', '--shipping', 'shipped'],
    ['cancel', '--source', 'other'],
    ['cancel', '--text', 'SENT', '--state', 'failed'],
    ['retry', '--all'],
  ])('is silent where none of them could be canceled, or is meant (%#): %s %s', async (...args) => {
    expect(await run('fr', ...args, '--yes')).toMatchObject({ exitCode: 0, remarks: '' });
  });
});

it.each([
  ['acknowledged', 7, ' was sent already as BigCommerce order 7; nothing would be posted.'],
  ['canceled', 7, ' was sent already as BigCommerce order 7 and is canceled; nothing would be posted.'],
  ['canceled', null, ' is canceled; nothing would be posted.'],
  ['processing', null, ' would go out 2026-11-30T14:00:00.000Z. On hold.'],
  ['failed', null, ': On hold.'],
] as const)('a preview of one that is %s (order %s) begins with%s', (processing, bigcommerceOrderId, expected) => {
  expect(standing({ processing, bigcommerceOrderId }, new Date('2026-11-30T14:00Z'), 'On hold.')).toBe(expected);
});

it('a request is watched until the end that is given, and its answer and its timeline say the same', async () => {
  const watch = async (days?: number) => {
    const { json } = await run('fr', 'watch', 'SENT-1', ...(days === undefined ? [] : ['--days', `${days}`]));
    const { timeline } = (await run('fr', 'show', 'SENT-1')).json as { timeline: { event: string; detail: string }[] };
    const told = timeline.filter(({ event }) => event === 'watched').at(-1)!.detail;
    return { answer: (json as { answer: string }).answer, day: /^Until (.+)\.$/.exec(told)![1]! };
  };
  const [long, still, short] = [await watch(3650), await watch(), await watch(5)];
  expect(still.day).toBe(long.day);
  for (const { answer, day } of [long, still, short]) expect(answer).toContain(`SENT-1 is watched until ${day},`);
  expect(Date.parse(long.day) - Date.parse(short.day)).toBeGreaterThan(3000 * 86_400_000);
  const young = { created_at: '2990-01-01' };
  await database.db.updateTable('fulfillment_requests').set(young).where('number', '=', 'SENT-1').execute();
  const { answer, day } = await watch(5);
  expect(answer).toContain(`is watched until ${day},`);
  expect(answer).toMatch(/lookback period, in which it is asked for in any case, ends on 2990-04-01\.$/);
});
