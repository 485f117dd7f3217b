import { tmpdir } from 'node:os';
import { afterAll, afterEach, beforeAll, expect, it, jest } from '@jest/globals';
import { printJsonList } from '../../client/cli/output.ts';
import { buildProgram } from '../../client/cli/program.ts';
import { addSource } from '../database/builders.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { takeNamespace } from '../helpers/namespaces.ts';

const environment = { ...process.env };
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await addSource(database.db, 'acme');
  Object.assign(process.env, {
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: process.env['TEST_TEMPORAL_ADDRESS']!,
    TEMPORAL_NAMESPACE: await takeNamespace(),
    BCSOURCE_ENCRYPTION_KEY: Buffer.alloc(32, 1).toString('base64'),
    BCSOURCE_HOME: tmpdir(),
  });
});
afterEach(() => void jest.restoreAllMocks());
afterAll(async () => {
  process.env = environment;
  await database.drop();
});

/** What programs read on standard output. */
async function printed(print: () => unknown): Promise<string> {
  let text = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => Boolean((text += String(chunk))));
  await print();
  jest.restoreAllMocks();
  return text;
}

it('a list is one JSON document, or a line an entry', async () => {
  const entries = [{ a: 1 }, { a: 2 }];
  expect(JSON.parse(await printed(() => printJsonList(entries, { json: 'document' })))).toEqual(entries);
  expect(await printed(() => printJsonList(entries, { json: 'lines' }))).toBe('{"a":1}\n{"a":2}\n');
});

// The list of keys is no list of entries alone: it also says what none of them can read.
const nouns = buildProgram().commands.filter((noun) => noun.name() !== 'keys');
const lists = nouns
  .filter(({ commands }) => commands.some((verb) => verb.name() === 'list'))
  .map((noun) => noun.name());

it('there are lists', () => {
  expect(lists.length).toBeGreaterThanOrEqual(8);
});

it.each(lists)('%s list is printed as lines, too', async (noun) => {
  const list = ['bcsource', noun, 'list', ...(noun === 'inventory' ? ['acme'] : [])];
  const run = (json: string) => printed(() => buildProgram().parseAsync(['node', ...list, json]));
  const entries = JSON.parse(await run('--json')) as unknown[];
  expect(entries).toHaveLength(noun === 'source' ? 1 : 0);
  // An empty list is no line, where its document is `[]`.
  expect(await run('--json=lines')).toBe(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
});
