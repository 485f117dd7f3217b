import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { openSession, readSettings } from '../../client/session.ts';

const environment = { ...process.env };
const KEY = Buffer.alloc(32, 1).toString('base64');
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'settings-'));
});
beforeEach(() => {
  const others = Object.entries(environment).filter(([name]) => !/^(TEMPORAL_|BCSOURCE_|DATABASE_URL$)/.test(name));
  // Where no stack runs.
  process.env = { ...Object.fromEntries(others), BCSOURCE_HOME: folder };
});
afterAll(async () => {
  process.env = environment;
  await rm(folder, { recursive: true });
});

describe('a command that lacks a setting says what to do', () => {
  it.each<[string, Record<string, string>, RegExp]>([
    ['without any', {}, /^Start the stack with `bcsource dev`, or set these variables in the environment\.$/],
    [
      'where Temporal alone is set',
      { TEMPORAL_ADDRESS: '127.0.0.1:1' },
      /^TEMPORAL_ADDRESS is set, .*unset it.*too\.$/,
    ],
    [
      'with a key that is none',
      { DATABASE_URL: 'postgres://localhost/x', BCSOURCE_ENCRYPTION_KEY: 'short' },
      /^BCSOURCE_ENCRYPTION_KEY is .*`openssl rand -base64 32`\.$/,
    ],
    [
      'with a level of logs that is none',
      { DATABASE_URL: 'postgres://localhost/x', BCSOURCE_ENCRYPTION_KEY: KEY, BCSOURCE_LOG_LEVEL: 'loud' },
      /^Correct these variables/,
    ],
  ])('%s', async (_name, variables, hint) => {
    Object.assign(process.env, variables);
    await expect(readSettings()).rejects.toMatchObject({
      ...{ code: 'settings_missing', exitCode: 2, hint: expect.stringMatching(hint) },
    });
  });
});

describe('links to the Web UI', () => {
  beforeEach(() => {
    Object.assign(process.env, { DATABASE_URL: 'postgres://localhost/x', BCSOURCE_ENCRYPTION_KEY: KEY });
  });

  it('lead to the server that a profile of Temporal’s configuration file names', async () => {
    const file = join(folder, 'temporal.toml');
    await writeFile(file, '[profile.default]\naddress = "temporal.example.com:7233"\nnamespace = "orders"\n');
    process.env['TEMPORAL_CONFIG_FILE'] = file;
    const session = await openSession();
    expect(session.webUrl('w')).toBe('http://temporal.example.com:8233/namespaces/orders/workflows/w');
  });

  it('keep no command from its work where the settings of Temporal cannot be used', async () => {
    process.env['TEMPORAL_CONFIG_FILE'] = join(folder, 'missing.toml');
    process.env['TEMPORAL_TLS_CLIENT_CERT_PATH'] = join(folder, 'missing.pem');
    const session = await openSession();
    await expect(session.temporal()).rejects.toMatchObject({ code: 'invalid_input', exitCode: 2 });
  });
});
