import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { buildProgram } from '../../client/cli/program.ts';
import { acceptFulfillmentRequest } from '../../database/fr-intake.ts';
import { findRequests } from '../../database/fulfillment-requests.ts';
import { saveSource } from '../../database/sources.ts';
import { frDocumentSchema } from '../../domain/fulfillment/document.ts';
import { createTestDatabase } from '../helpers/database.ts';
import { isLong } from '../helpers/form.ts';
import type { TestDatabase } from '../helpers/database.ts';

/** A day's orders of a large shop, in the long form. */
const MANY = isLong ? 10_000 : 1000;
const environment = { ...process.env };
let database: TestDatabase;
let folder: string;
let sourceId: number;
beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'fr-submit-'));
  const settings = { fulfillment: { autoSend: true } };
  const draft = { name: 'acme', connectionType: 'api_token' as const, storeHash: 'abc', document: 'x', settings };
  sourceId = (await saveSource(database.db, draft, () => Promise.resolve())).id;
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

function makeDocument(number: string, fields: Record<string, unknown> = {}) {
  return { number, source: 'acme', lines: [{ sku: 'A', quantity: 1 }], ...fields };
}

/** Stored, and at its end: nothing is started when it comes again. */
async function storeCanceled(number: string, fields: Record<string, unknown> = {}): Promise<void> {
  const document = frDocumentSchema.parse(makeDocument(number, fields));
  const intake = { source: { id: sourceId }, document, autoSend: true, now: new Date() };
  const { id } = await acceptFulfillmentRequest(database.db, intake);
  await database.db.updateTable('fulfillment_requests').set({ processing: 'canceled' }).where('id', '=', id).execute();
}

/** Runs the command as a person would, and gives back what it printed where, and its exit code. */
async function run(content: string | Buffer, ...options: string[]) {
  const file = join(folder, 'requests');
  await writeFile(file, content);
  const [out, err]: [string[], string[]] = [[], []];
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => out.push(String(text)) > 0);
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => err.push(String(text)) > 0);
  await buildProgram().parseAsync(['node', 'bcsource', 'fr', 'submit', file, ...options]);
  jest.restoreAllMocks();
  const printed = { out: out.join(''), err: err.join(''), exitCode: process.exitCode };
  return { ...printed, json: options.includes('--json') ? (JSON.parse(printed.out) as unknown) : undefined };
}

describe('fr submit', () => {
  it('accepts while Temporal is down, and says so', async () => {
    const { json, exitCode } = await run(JSON.stringify(makeDocument('PO/1')), '--json');
    expect(exitCode).toBe(0);
    expect(json).toEqual({
      ...{ outcome: 'accepted', number: 'PO/1', source: 'acme', processing: 'processing', temporal: 'unreachable' },
      workflowId: 'fr:acme:PO/1',
      webUrl: expect.stringContaining('/workflows/fr%3Aacme%3APO%2F1') as unknown,
    });
  });

  it('stores nothing that a wrong setting of Temporal keeps from being started', async () => {
    process.env['TEMPORAL_TLS'] = 'maybe';
    const { json, exitCode } = await run(JSON.stringify(makeDocument('PO-TLS')), '--json');
    delete process.env['TEMPORAL_TLS'];
    expect({ json, exitCode }).toMatchObject({ exitCode: 2, json: { error: { code: 'settings_missing' } } });
    expect(await findRequests(database.db, 'PO-TLS')).toEqual([]);
  });

  it('answers a list of one as one and as a list', async () => {
    const { json } = await run(JSON.stringify([makeDocument('PO-LIST')]), '--json');
    const one = { number: 'PO-LIST', outcome: 'accepted', workflowId: 'fr:acme:PO-LIST' };
    expect(json).toMatchObject({ ...one, accepted: 1, known: 0, refused: 0, results: [one] });
  });

  it('answers a document that is there already', async () => {
    await storeCanceled('PO-2');
    const { json, exitCode } = await run(JSON.stringify(makeDocument('PO-2')), '--json');
    expect(json).toMatchObject({ outcome: 'known', number: 'PO-2', processing: 'canceled', temporal: 'started' });
    expect(exitCode).toBe(0);
    const human = await run(JSON.stringify(makeDocument('PO-2')));
    expect(human.out).toContain('PO-2 for acme was accepted already: canceled.');
  });

  it('refuses one bad document with every problem', async () => {
    const bad = JSON.stringify({ number: 'PO-3', source: 'acme', lines: [{ sku: 'A' }], Note: 'x' });
    const { json, exitCode } = await run(bad, '--json');
    expect(exitCode).toBe(2);
    expect(json).toMatchObject({
      error: {
        code: 'invalid_input',
        problems: [
          { path: 'lines[0].quantity', reason: 'is missing' },
          { path: 'Note', reason: 'is not a field; did you mean note?' },
        ],
      },
    });
    const human = await run(bad);
    expect(human).toMatchObject({ out: '', exitCode: 2 });
    expect(human.err).toContain('\n  lines[0].quantity is missing\n  Note is not a field; did you mean note?\n');
  });

  it('refuses a number that is taken, and shows what differs', async () => {
    await storeCanceled('PO-4', { note: 'one' });
    const { json, exitCode } = await run(JSON.stringify(makeDocument('PO-4', { note: 'two' })), '--json');
    expect(exitCode).toBe(2);
    expect(json).toMatchObject({
      error: { code: 'number_taken', differences: [{ path: 'note', stored: 'one', given: 'two' }] },
    });
  });

  it('says not found for one document of an unknown source', async () => {
    const { json, exitCode } = await run(JSON.stringify(makeDocument('1')).replace('acme', 'nobody'), '--json');
    expect(exitCode).toBe(3);
    expect(json).toMatchObject({ error: { code: 'source_not_found', message: 'There is no source nobody.' } });
  });

  it('sums up several, and ends with 2 when any was refused', async () => {
    await storeCanceled('PO-5');
    const lines = [makeDocument('PO-5'), makeDocument('PO-6', { source: 'nobody' }), { ...makeDocument(''), Note: 1 }];
    const text = lines.map((line) => JSON.stringify(line)).join('\n');
    const { json, exitCode } = await run(text, '--json');
    expect(exitCode).toBe(2);
    expect(json).toMatchObject({
      ...{ accepted: 0, known: 1, refused: 2, temporal: 'started' },
      results: [
        { place: 'line 1', number: 'PO-5', source: 'acme', outcome: 'known' },
        { place: 'line 2', number: 'PO-6', source: 'nobody', outcome: 'refused', code: 'source_not_found' },
        { place: 'line 3', number: null, outcome: 'refused', problems: [{ path: 'number' }, { path: 'Note' }] },
      ],
    });
    const human = await run(text);
    expect(human.out.split('\n')).toEqual([
      'refused line 2 (PO-6): source_not_found: There is no source nobody.',
      'refused line 3: number is empty; Note is not a field; did you mean note?',
      'accepted 0, already known 1, refused 2',
      '',
    ]);
    await expect(run(JSON.stringify([makeDocument('PO-5'), makeDocument('PO-5')]))).resolves.toMatchObject({
      exitCode: 0,
    });
  });

  it(`takes ${MANY} from one file, each by itself: those between bad ones too, and shows how far it is`, async () => {
    const numbers = Array.from({ length: MANY }, (_, index) => `M-${index}`);
    const isBad = (index: number) => index % 100 === 7;
    const lines = numbers.map((number, index) =>
      JSON.stringify(makeDocument(number, isBad(index) ? { lines: [{ sku: 'A', quantity: 0 }] } : {})),
    );
    const { json, err, exitCode } = await run(lines.join('\n'), '--json');
    const taken = numbers.filter((_, index) => !isBad(index));
    expect(json).toMatchObject({ accepted: taken.length, known: 0, refused: MANY / 100, temporal: 'unreachable' });
    expect(exitCode).toBe(2);
    expect(err).toMatch(new RegExp(`^Read: \\d+ of ${MANY}\\.$`, 'm'));
    const rows = database.db.selectFrom('fulfillment_requests').select('number').where('number', 'like', 'M-%');
    const stored = (await rows.execute()).map(({ number }) => number);
    expect(stored.sort()).toEqual(taken.sort());
  });

  it('takes CSV, and a source for what names none', async () => {
    await storeCanceled('PO-7');
    const { json } = await run('number,sku,quantity\nPO-7,A,1\n', '--csv', '--source', 'acme', '--json');
    expect(json).toMatchObject({ outcome: 'known', number: 'PO-7', source: 'acme' });
  });

  it('refuses a file in another encoding rather than spoil its names', async () => {
    const latin = Buffer.from(JSON.stringify(makeDocument('PO-8', { note: 'Müller' })), 'latin1');
    const { json, exitCode } = await run(latin, '--json');
    expect(exitCode).toBe(2);
    expect(json).toMatchObject({
      error: { code: 'invalid_input', message: expect.stringContaining('is not UTF-8') as unknown },
    });
  });
});
