import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { findCompose } from '../helpers/programs.mjs';

const file = fileURLToPath(new URL('../../docker-compose.yml', import.meta.url));
const PASSWORD = 'f00ba4';
const KEY = Buffer.alloc(32, 1).toString('base64');

interface Read {
  services: Record<string, { environment?: Record<string, string | number> }>;
}

let folder: string;
let example: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bcsource-compose-'));
  example = await readFile(new URL('../../.env.example', import.meta.url), 'utf8');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What Compose itself makes of the file with these settings, and nothing of this machine's. */
async function readByCompose(settings: string, ...more: string[]): Promise<string> {
  const place = join(folder, 'env');
  await writeFile(place, settings);
  const args = ['--env-file', place, '--file', file, 'config', ...more];
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'] };
  return (await promisify(execFile)(findCompose()!, args, { env })).stdout;
}

/** The example as its words ask for it: every line that has to be is filled in. */
const filledIn = (text: string) =>
  text.replace(/^(POSTGRES_PASSWORD)=$/m, `$1=${PASSWORD}`).replace(/^(BCSOURCE_ENCRYPTION_KEY)=$/m, `$1=${KEY}`);

describe('docker-compose.yml, as Docker Compose reads it', () => {
  it.each([
    [
      'the lines that have to be filled in',
      (text: string) => text,
      { BCSOURCE_LOG_LEVEL: '', BCSOURCE_WORKER_QUEUES: '' },
    ],
    [
      'every line of the example',
      (text: string) => text.replace(/^#(\w+=)/gm, '$1'),
      { BCSOURCE_LOG_LEVEL: 'info', BCSOURCE_WORKER_QUEUES: 'both' },
    ],
  ])('has its services and their settings, with %s', async (_what, open, settings) => {
    const { services } = parse(await readByCompose(open(filledIn(example)))) as Read;
    const names = ['migrate', 'postgres', 'serve', 'setup', 'temporal', 'temporal-ui', 'worker'];
    expect(Object.keys(services).sort()).toEqual(names);
    const url = `postgres://bcsource:${PASSWORD}@postgres:5432/bcsource`;
    for (const name of ['migrate', 'setup', 'worker', 'serve'])
      expect(services[name]!.environment).toMatchObject({
        DATABASE_URL: url,
        BCSOURCE_ENCRYPTION_KEY: KEY,
        ...settings,
      });
    expect(services['postgres']!.environment).toMatchObject({ POSTGRES_PASSWORD: PASSWORD });
  });

  it('is refused as long as a secret is not set', async () => {
    const refused = /set it in \.env/;
    await expect(readByCompose('')).rejects.toThrow(refused);
    const [password, key] = [`POSTGRES_PASSWORD=${PASSWORD}`, `BCSOURCE_ENCRYPTION_KEY=${KEY}`];
    for (const line of [password, key])
      await expect(readByCompose(filledIn(example).replace(line, ''))).rejects.toThrow(refused);
    // The key alone is not enough: the example has no password that would do.
    await expect(readByCompose(example.replace(/^BCSOURCE_ENCRYPTION_KEY=$/m, key))).rejects.toThrow(refused);
    await expect(readByCompose(example, '--quiet')).rejects.toThrow(refused);
  });
});
