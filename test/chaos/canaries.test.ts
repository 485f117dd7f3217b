import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { sql } from 'kysely';
import { startSystem } from '../helpers/system.ts';
import type { TestSystem } from '../helpers/system.ts';
import { ended, sourceOf, startImport } from './runs.ts';

const TOKEN = 'canary4token7b1f0c9e';
const STREET = '77 Canary Street';
const EMAIL = 'canary.person@example.com';

/** Everything that is written anywhere while a source lives: applied, refused, imported, its token revoked. */
describe('a planted token and a planted address', () => {
  let system: TestSystem;
  const said: string[] = [];
  beforeAll(async () => {
    system = await startSystem(['--preset', 'shop', '--products', '60']);
    await system.stopWorkerAndRestart?.();
  });
  afterAll(() => system.stop());
});
