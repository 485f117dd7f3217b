import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { worker } from '../../client/cli/actions/stack.ts';
import { runServer } from '../../client/http/run.ts';
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

describe('files that DATABASE_URL names', () => {
  const withFiles = (files: Record<string, string>) =>
    Object.assign(process.env, {
      DATABASE_URL: `postgres://u:planted-secret@localhost/x?${new URLSearchParams(files).toString()}`,
    });

  it('are all named at the start where they cannot be read, beside what else is amiss', async () => {
    const [missing, there] = [join(folder, 'missing ca.pem'), join(folder, 'client.key')];
    await writeFile(there, 'key');
    withFiles({ sslrootcert: missing, sslcert: folder, sslkey: there });
    const refused: unknown = await readSettings().catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'settings_missing', exitCode: 2, hint: expect.any(String) });
    const problems = [
      'BCSOURCE_ENCRYPTION_KEY is not set',
      `DATABASE_URL names as sslrootcert the file ${missing}, which is missing`,
      `DATABASE_URL names as sslcert the file ${folder}, which is a folder`,
    ];
    expect(refused).toMatchObject({ message: problems.join('; '), extra: { problems } });
    expect(`${String(refused)}${JSON.stringify(refused)}`).not.toContain('planted-secret');
  });

  it('keep nobody from anything where they can be read', async () => {
    const file = join(folder, 'ca.pem');
    await writeFile(file, 'authority');
    withFiles({ sslrootcert: file, sslcert: file, sslkey: file });
    process.env['BCSOURCE_ENCRYPTION_KEY'] = KEY;
    await expect(readSettings()).resolves.toMatchObject({ encryptionKeys: KEY });
  });
});

describe('what else a command reads of the environment', () => {
  const wrong = {
    ...{ BCSOURCE_LOG_LEVEL: 'loud', BCSOURCE_METRICS_ADDRESS: 'here', BCSOURCE_WORKER_QUEUES: 'all' },
    TEMPORAL_TLS: 'maybe',
  };
  const problems = [
    'DATABASE_URL is not set',
    'BCSOURCE_ENCRYPTION_KEY is not set',
    'BCSOURCE_LOG_LEVEL must be debug, info, warn or error',
  ];
  const queues = 'BCSOURCE_WORKER_QUEUES must be both, core or store';
  const tls = 'TEMPORAL_TLS is neither true nor false';
  const metrics = 'BCSOURCE_METRICS_ADDRESS must be an address and a port, like 127.0.0.1:9464';

  it.each([
    ['worker', worker, [queues, metrics], /^Start the stack .* See "Tuning workers".* Check the TEMPORAL_/],
    [
      'serve',
      () => runServer({ host: '127.0.0.1', port: 0 }),
      [metrics],
      /^Start the stack .* See docs\/monitoring.* Check the TEMPORAL_/,
    ],
  ])('is named with the rest: %s', async (_name, start, more, hint) => {
    Object.assign(process.env, wrong);
    await expect(start()).rejects.toMatchObject({
      ...{ code: 'settings_missing', exitCode: 2, hint: expect.stringMatching(hint) },
      extra: { problems: [...problems, ...more, tls] },
    });
  });

  it('is named where the settings are good, and as a setting too', async () => {
    const { BCSOURCE_WORKER_QUEUES } = wrong;
    const good = { DATABASE_URL: 'postgres://localhost/x', BCSOURCE_ENCRYPTION_KEY: KEY };
    Object.assign(process.env, { ...good, BCSOURCE_WORKER_QUEUES });
    await expect(worker()).rejects.toMatchObject({ code: 'settings_missing', extra: { problems: [queues] } });
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
    await expect(session.temporal()).rejects.toMatchObject({ code: 'settings_missing', exitCode: 2 });
  });
});
