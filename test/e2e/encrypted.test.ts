import { randomBytes } from 'node:crypto';
import { appendFile, chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { connectDatabase } from '../../database/connect.ts';
import { choosePorts } from '../../local/ports.ts';
import { startPostgres } from '../../local/postgres.ts';
import type { RunningPostgres } from '../../local/postgres.ts';
import { POSTGRES_STOP } from '../../local/postgres-leftovers.ts';
import { stopProcess } from '../../local/processes.ts';
import { makeAuthority } from '../helpers/certificates.ts';
import type { Authority, Identity } from '../helpers/certificates.ts';
import { openGateway } from '../helpers/gateway.ts';
import type { Gateway } from '../helpers/gateway.ts';
import { runCommand, startProcess } from '../helpers/processes.ts';
import { startSimulator } from '../helpers/simulator.ts';
import type { TestSimulator } from '../helpers/simulator.ts';
import { sourceFile } from '../helpers/system.ts';
import { waitFor } from '../helpers/wait.ts';

const API_KEY = 'canary-api-key-5f2c';
const NAMESPACE = 'supplies.acct';

let folder: string;
let ours: Authority;
let others: Authority;
let client: Identity;
let postgres: RunningPostgres;
let gateway: Gateway;
let simulator: TestSimulator;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bcsource-encrypted-'));
  await chmod(folder, 0o711);
  const { postgres: port } = await choosePorts(['postgres']);
  const place = { home: folder, port, logFile: join(folder, 'postgres.log') };
  postgres = await startPostgres({ ...place, isThrowAway: true, onEvent: () => undefined });
  const { data } = await settingsOf(postgres.url);
  [ours, others] = [await makeAuthority(folder, 'ours', data), await makeAuthority(folder, 'others', data)];
  client = await ours.issue('bcsource', 'client');
  const server = await ours.issue('postgres', 'server');
  await encrypt(postgres.url, server, ours);
  const target = process.env['TEST_TEMPORAL_ADDRESS']!;
  gateway = await openGateway({ target, server, clientsOf: ours, apiKey: API_KEY });
  simulator = await startSimulator(['--preset', 'bulk', '--products', '20']);
}, 120_000);

afterAll(async () => {
  await simulator?.stop();
  await gateway?.stop();
  if (postgres) await stopProcess(postgres.child.process, POSTGRES_STOP);
  await rm(folder, { recursive: true, force: true });
});

async function ask<T>(url: string, query: ReturnType<typeof sql<T>>): Promise<T[]> {
  const db = connectDatabase(url, { poolSize: 1 });
  try {
    return (await query.execute(db)).rows;
  } finally {
    await db.destroy();
  }
}

async function settingsOf(url: string) {
  const [row] = await ask(
    url,
    sql<{ data: string; hba: string }>`
    select current_setting('data_directory') as data, current_setting('hba_file') as hba`,
  );
  return row!;
}

/** Has Postgres take nothing but TLS from clients with a certificate of the authority. */
async function encrypt(url: string, server: Identity, authority: Identity): Promise<void> {
  const { hba } = await settingsOf(url);
  const files = { ssl_cert_file: server.certFile, ssl_key_file: server.keyFile, ssl_ca_file: authority.certFile };
  for (const [name, value] of Object.entries({ ...files, ssl: 'on' }))
    await ask(url, sql`alter system set ${sql.raw(name)} = ${sql.lit(value)}`);
  await writeFile(hba, 'hostssl all all 127.0.0.1/32 scram-sha-256 clientcert=verify-ca\n');
  await appendFile(hba, 'hostssl all all ::1/128 scram-sha-256 clientcert=verify-ca\n');
  await ask(url, sql`select pg_reload_conf()`);
  await waitFor('Postgres to refuse what is not encrypted', () =>
    ask(url, sql`select 1`).then(
      () => false,
      () => true,
    ),
  );
}

const withMode = (mode: Record<string, string>, host = '127.0.0.1') => {
  const url = new URL(postgres.url);
  url.hostname = host;
  for (const [name, value] of Object.entries(mode)) url.searchParams.set(name, value);
  return url.href;
};
const certified = () => ({ sslcert: client.certFile, sslkey: client.keyFile });

describe('Postgres by TLS', () => {
  it('is reached, encrypted, by a client that has a certificate and trusts its authority', async () => {
    const url = withMode({ sslmode: 'verify-full', sslrootcert: ours.certFile, ...certified() });
    const seen = sql<{ ssl: boolean; name: string }>`
      select ssl, client_dn as name from pg_stat_ssl where pid = pg_backend_pid()`;
    expect(await ask(url, seen)).toEqual([{ ssl: true, name: '/CN=bcsource' }]);
    expect(await ask(withMode({ sslmode: 'no-verify', ...certified() }), seen)).toHaveLength(1);
  });

  it.each([
    ['nothing is encrypted', () => withMode({ sslmode: 'disable' }), /no encryption|pg_hba/],
    [
      'the authority is another',
      () => withMode({ sslmode: 'verify-full', sslrootcert: others.certFile, ...certified() }),
      /certificate/,
    ],
    ['the authority is unknown', () => withMode({ sslmode: 'verify-full', ...certified() }), /certificate/],
    [
      'the name is another',
      () => withMode({ sslmode: 'verify-full', sslrootcert: ours.certFile, ...certified() }, 'localhost'),
      /Host: localhost/,
    ],
    [
      'the client has no certificate',
      () => withMode({ sslmode: 'verify-full', sslrootcert: ours.certFile }),
      /client certificate/,
    ],
  ])('is refused where %s', async (_, url, words) => {
    await expect(ask(url(), sql`select 1`)).rejects.toThrow(words);
  });
});

describe.each(['require', 'verify-ca'])('Postgres by TLS with sslmode=%s, as with verify-full,', (sslmode) => {
  it('is reached, encrypted', async () => {
    const url = withMode({ sslmode, sslrootcert: ours.certFile, ...certified() });
    const seen = sql<{ ssl: boolean }>`select ssl from pg_stat_ssl where pid = pg_backend_pid()`;
    expect(await ask(url, seen)).toEqual([{ ssl: true }]);
  });

  it.each([
    ['the authority is another', () => withMode({ sslmode, sslrootcert: others.certFile, ...certified() })],
    ['the authority is unknown', () => withMode({ sslmode, ...certified() })],
    ['the name is another', () => withMode({ sslmode, sslrootcert: ours.certFile, ...certified() }, 'localhost')],
  ])('is refused where %s', async (_, url) => {
    await expect(ask(url(), sql`select 1`)).rejects.toThrow(/certificate|Host: localhost/);
  });
});

describe('Temporal by TLS with client certificates, an API key and a namespace', () => {
  let environment: Record<string, string>;
  let said = '';
  beforeAll(() => {
    environment = {
      DATABASE_URL: withMode({ sslmode: 'verify-full', sslrootcert: ours.certFile, ...certified() }),
      TEMPORAL_ADDRESS: gateway.address,
      TEMPORAL_NAMESPACE: NAMESPACE,
      TEMPORAL_API_KEY: API_KEY,
      TEMPORAL_TLS_SERVER_CA_CERT_PATH: ours.certFile,
      TEMPORAL_TLS_CLIENT_CERT_PATH: client.certFile,
      TEMPORAL_TLS_CLIENT_KEY_PATH: client.keyFile,
      BCSOURCE_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
      BCSOURCE_HOME: folder,
      BIGCOMMERCE_API_URL: simulator.url,
    };
  });

  async function run(command: string, input?: string, other: Record<string, string | undefined> = {}) {
    const result = await runCommand([...command.split(' '), '--json'], { ...environment, ...other }, input);
    said += result.stdout + result.stderr;
    return result;
  }

  it('is used by set-up, worker and commands, in that namespace alone, and the key is told nobody', async () => {
    expect((await run('setup')).json()).toMatchObject({ namespace: NAMESPACE });
    const worker = await startProcess('client/cli/main.js', ['worker'], environment, /worker ready/);
    expect(await run('source apply -', sourceFile('sealed', '  archiveMissing: true'))).toMatchObject({ exitCode: 0 });
    const imported = await run('inventory import sealed --wait');
    await worker.stop();
    expect(imported.json()).toMatchObject({ status: 'completed', counts: { products: 20 } });
    expect([...gateway.namespaces].filter((name) => name !== NAMESPACE)).toEqual([]);
    said += worker.output();
    expect(said).not.toContain(API_KEY);
  }, 120_000);

  it('is reached by an address that its certificate does not name, where the name there is set', async () => {
    const elsewhere = { TEMPORAL_ADDRESS: gateway.address.replace('127.0.0.1', 'localhost') };
    expect(await run('schedule list', undefined, elsewhere)).toMatchObject({ exitCode: 5 });
    const named = { ...elsewhere, TEMPORAL_TLS_SERVER_NAME: 'postgres' };
    expect(await run('schedule list', undefined, named)).toMatchObject({ exitCode: 0 });
    const worker = await startProcess('client/cli/main.js', ['worker'], { ...environment, ...named }, /worker ready/);
    await worker.stop();
    expect(worker.child.exitCode).toBe(0);
  }, 60_000);

  it('is set by a part of a file as well', async () => {
    const { TEMPORAL_API_KEY: key, TEMPORAL_TLS_SERVER_CA_CERT_PATH: authority, ...others } = environment;
    const file = `[profile.default]
address = "127.0.0.1:1"

[profile.cloud]
address = "${others['TEMPORAL_ADDRESS']}"
namespace = "${others['TEMPORAL_NAMESPACE']}"
api_key = "${key}"

[profile.cloud.tls]
server_ca_cert_path = "${authority}"
client_cert_path = "${client.certFile}"
client_key_path = "${client.keyFile}"
`;
    await writeFile(join(folder, 'temporal.toml'), file);
    const names = Object.keys(environment).filter((name) => name.startsWith('TEMPORAL_'));
    const unset = Object.fromEntries(names.map((name) => [name, undefined]));
    const byFile = { ...unset, TEMPORAL_CONFIG_FILE: join(folder, 'temporal.toml') };
    const asDefault = await run('schedule list', undefined, byFile);
    expect(asDefault.json<{ error: object }>().error).toMatchObject({
      message: expect.stringContaining('127.0.0.1:1 '),
    });
    const byPart = { ...byFile, TEMPORAL_PROFILE: 'cloud' };
    expect(await run('schedule list', undefined, byPart)).toMatchObject({ exitCode: 0 });
    const worker = await startProcess('client/cli/main.js', ['worker'], { ...environment, ...byPart }, /worker ready/);
    await worker.stop();
    expect([...gateway.namespaces]).toEqual([NAMESPACE]);
  }, 60_000);

  it('stops whatever needs it at its start where settings cannot work, with all of them by name and none by value', async () => {
    const missing = join(folder, 'missing.pem');
    const wrong = { TEMPORAL_TLS_SERVER_CA_CERT_PATH: missing, TEMPORAL_API_KEY: `${API_KEY}\n${API_KEY}` };
    for (const command of ['schedule list', 'worker', 'setup', 'serve --port 0']) {
      const refused = await runCommand(command.split(' '), { ...environment, ...wrong });
      const problems = [expect.stringContaining(missing), expect.stringContaining('TEMPORAL_API_KEY holds other')];
      for (const stderr of problems) expect(refused).toMatchObject({ exitCode: 2, stderr });
      expect(refused.stdout + refused.stderr).not.toContain(API_KEY);
    }
  });

  it('takes a key with the newline that a file of it ends with', async () => {
    expect(await run('schedule list', undefined, { TEMPORAL_API_KEY: `${API_KEY}\r\n` })).toMatchObject({
      exitCode: 0,
    });
  });

  it.each([
    ['the authority of the server is unknown', { TEMPORAL_TLS_SERVER_CA_CERT_PATH: undefined }],
    [
      'the client has no certificate',
      { TEMPORAL_TLS_CLIENT_CERT_PATH: undefined, TEMPORAL_TLS_CLIENT_KEY_PATH: undefined },
    ],
    ['the API key is another', { TEMPORAL_API_KEY: 'another' }],
  ])(
    'is refused with a sentence where %s',
    async (_, other) => {
      const refused = await run('schedule list', undefined, other);
      expect({ exitCode: refused.exitCode, ...refused.json<{ error: object }>() }).toMatchObject({
        exitCode: 5,
        error: { code: 'temporal_unavailable', message: expect.stringContaining(gateway.address) },
      });
    },
    60_000,
  );
});
