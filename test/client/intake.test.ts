import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { submitRequests } from '../../client/intake.ts';
import type { Session } from '../../client/session.ts';
import { saveSource } from '../../database/sources.ts';
import { readDocuments } from '../../domain/fulfillment/read-documents.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';

let database: TestDatabase;
let session: Session;
beforeAll(async () => {
  database = await createTestDatabase();
  session = { database: () => Promise.resolve(database.db) } as Session;
  await addSource('acme', { fulfillment: { autoSend: true } });
  await addSource('slow', { fulfillment: { autoSend: false } });
  await addSource('stock-only', {});
});
afterAll(() => database.drop());

function addSource(name: string, settings: Record<string, unknown>) {
  const draft = { name, connectionType: 'api_token' as const, storeHash: 'abc', document: 'x', settings };
  return saveSource(database.db, draft, () => Promise.resolve());
}

function makeDocument(number: string, fields: Record<string, unknown> = {}) {
  return { number, source: 'acme', lines: [{ sku: 'A', quantity: 1 }], ...fields };
}

/** Remembers what it was asked to start, and what Postgres held then. */
function starter(unreachable = false) {
  const asked: string[][] = [];
  const stored: number[] = [];
  const start = async (_: Session, frs: readonly { id: number; source: string; number: string }[]) => {
    asked.push(frs.map(({ source, number }) => `${source} ${number}`));
    const ids = frs.map(({ id }) => id);
    const rows = await database.db.selectFrom('fulfillment_requests').select('id').where('id', 'in', ids).execute();
    stored.push(rows.length);
    return { started: unreachable ? 0 : frs.length, unreachable };
  };
  return { asked, stored, start };
}

function submit(documents: unknown, startFr: ReturnType<typeof starter>['start'], sentences: string[] = []) {
  const read = readDocuments(JSON.stringify(documents), 'json', 'fr');
  return submitRequests(session, read, { startFr, onProgress: (sentence) => sentences.push(sentence) });
}

describe('submitted requests', () => {
  it('are each accepted or refused by themselves, and started when they are stored', async () => {
    const starting = starter();
    const submitted = await submit(
      [
        makeDocument('1'),
        { number: '2' },
        makeDocument('3', { source: 'slow' }),
        makeDocument('4', { source: 'nobody' }),
        makeDocument('5', { source: 'stock-only' }),
        makeDocument('1'),
        makeDocument('1', { note: 'other' }),
      ],
      starting.start,
    );
    expect(submitted).toMatchObject({ accepted: 2, known: 1, refused: 4, temporal: 'started' });
    expect(submitted.results).toMatchObject([
      { place: '[0]', number: '1', source: 'acme', outcome: 'accepted', processing: 'processing' },
      {
        place: '[1]',
        number: '2',
        outcome: 'refused',
        code: 'invalid_input',
        message: 'source is missing; lines is missing',
      },
      { outcome: 'accepted', source: 'slow', processing: 'unprocessed' },
      { outcome: 'refused', code: 'source_not_found', message: 'There is no source nobody.' },
      { outcome: 'refused', code: 'invalid_input' },
      { outcome: 'known' },
      { outcome: 'refused', code: 'number_taken', differences: [{ path: 'note', stored: null, given: 'other' }] },
    ]);
    expect(starting.asked).toEqual([['acme 1', 'slow 3', 'acme 1']]);
    expect(starting.stored).toEqual([2]);
  });

  it('stay accepted when Temporal does not answer, which is asked once only; coming again starts them', async () => {
    const documents = Array.from({ length: 450 }, (_, index) => makeDocument(`down-${index}`));
    const down = starter(true);
    await expect(submit(documents, down.start)).resolves.toMatchObject({ accepted: 450, temporal: 'unreachable' });
    expect(down.asked).toHaveLength(1);
    const up = starter();
    const sentences: string[] = [];
    await expect(submit(documents, up.start, sentences)).resolves.toMatchObject({ known: 450, temporal: 'started' });
    expect(up.asked.flat()).toHaveLength(450);
    expect(sentences.slice(-1)).toEqual(['Started: 450 of 450.']);
    expect(sentences).toContain('Read: 400 of 450.');
  });

  it('that have come to their end are not started again', async () => {
    const starting = starter();
    await submit([makeDocument('done')], starting.start);
    await database.db
      .updateTable('fulfillment_requests')
      .set({ processing: 'canceled' })
      .where('number', '=', 'done')
      .execute();
    const submitted = await submit([makeDocument('done')], starting.start);
    expect(submitted.results).toMatchObject([{ outcome: 'known', processing: 'canceled' }]);
    expect(starting.asked).toHaveLength(1);
  });

  it('of a source that was removed are refused', async () => {
    await addSource('gone', { fulfillment: {} });
    await database.db.updateTable('sources').set({ removed_at: new Date() }).where('name', '=', 'gone').execute();
    const { results } = await submit([makeDocument('1', { source: 'gone' })], starter().start);
    expect(results).toMatchObject([{ code: 'source_not_found' }]);
  });
});
