import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TLSConfig } from '@temporalio/worker';
import { readTemporalSettings, TemporalSettingsError } from '../../workers/temporal-settings.ts';
import { makeAuthority } from '../helpers/certificates.ts';
import type { Authority, Identity } from '../helpers/certificates.ts';

const KEY = 'canary-key-31f0';
let folder: string;
let ours: Authority;
let client: Identity;
let garbage: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bcsource-temporal-settings-'));
  ours = await makeAuthority(folder, 'ours');
  client = await ours.issue('bcsource', 'client');
  garbage = join(folder, 'garbage.pem');
  await writeFile(garbage, `-----BEGIN CERTIFICATE-----\n${KEY}\n-----END CERTIFICATE-----\n`);
});
afterAll(() => rm(folder, { recursive: true }));

/** Nothing of the machine's own: `HOME` is where no file of settings is. */
const read = (variables: NodeJS.ProcessEnv) => readTemporalSettings({ HOME: folder, ...variables });

function problemsOf(variables: NodeJS.ProcessEnv): readonly string[] {
  try {
    read(variables);
    return [];
  } catch (error) {
    if (!(error instanceof TemporalSettingsError)) throw error;
    expect(error.message).not.toContain('canary');
    return error.problems;
  }
}

async function save(name: string, text: string): Promise<string> {
  await writeFile(join(folder, name), text);
  return join(folder, name);
}

describe('the settings of the connection to Temporal', () => {
  it('are those of a server on this machine where nothing is set, or nothing is in it', () => {
    const none = { namespace: 'default', address: '127.0.0.1:7233' };
    const empty = ['ADDRESS', 'NAMESPACE', 'API_KEY', 'TLS', 'CONFIG_FILE', 'PROFILE', 'TLS_CLIENT_CERT_PATH'];
    for (const variables of [{}, Object.fromEntries(empty.map((name) => [`TEMPORAL_${name}`, '']))]) {
      const settings = read(variables);
      expect(settings).toMatchObject(none);
      expect([settings.connectionOptions.tls ?? null, settings.connectionOptions.apiKey ?? null]).toEqual([null, null]);
    }
  });

  it.each(['\n', '\r\n', ' '])('hold a key without what a file of it ends with: %j', async (end) => {
    expect(read({ TEMPORAL_API_KEY: `${KEY}${end}` }).connectionOptions).toMatchObject({ apiKey: KEY, tls: true });
    const file = await save('key.toml', `[profile.default]\napi_key = ${JSON.stringify(KEY + end)}\n`);
    expect(read({ TEMPORAL_CONFIG_FILE: file }).connectionOptions).toMatchObject({ apiKey: KEY });
  });

  it('hold the certificates and the key that files have', () => {
    const { connectionOptions } = read({
      TEMPORAL_TLS_SERVER_CA_CERT_PATH: ours.certFile,
      TEMPORAL_TLS_CLIENT_CERT_PATH: client.certFile,
      TEMPORAL_TLS_CLIENT_KEY_DATA: client.key,
      TEMPORAL_TLS_SERVER_NAME: 'temporal',
    });
    const {
      serverRootCACertificate: authority,
      clientCertPair: pair,
      serverNameOverride,
    } = connectionOptions.tls as TLSConfig;
    const texts = [authority, pair?.crt, pair?.key].map((bytes) => Buffer.from(bytes ?? []).toString());
    expect([...texts, serverNameOverride]).toEqual([ours.cert, client.cert, client.key.trim(), 'temporal']);
  });

  it.each(['temporal', 'temporal.example.com:7233', '10.0.0.1:1', '[::1]:65535', 'temporal_1:7233'])(
    'take the address %s',
    (address) => expect(read({ TEMPORAL_ADDRESS: address })).toMatchObject({ address }),
  );
});

describe('settings that cannot work are named, without their values:', () => {
  it.each(['http://canary:7233', 'canary:70000', 'canary:0', 'canary:port', 'canary canary', '::1'])(
    'the address %s',
    (address) => {
      expect(problemsOf({ TEMPORAL_ADDRESS: address })).toEqual([
        expect.stringMatching(/^TEMPORAL_ADDRESS is not a host/),
      ]);
    },
  );

  it.each(['canary\nkey', 'canary key', 'canary–key', 'canary\u0000'])('the key %j', (key) => {
    expect(problemsOf({ TEMPORAL_API_KEY: key })).toEqual([expect.stringMatching(/^TEMPORAL_API_KEY holds other/)]);
    expect(problemsOf({ TEMPORAL_GRPC_META_MY_OWN_TOKEN: `${key}\t–` })).toEqual([
      expect.stringMatching(/^TEMPORAL_GRPC_META_MY_OWN_TOKEN holds other/),
    ]);
  });

  it.each(['maybe', 'TRUE', 'yes'])('TEMPORAL_TLS=%s, which would go without', (value) => {
    expect(problemsOf({ TEMPORAL_TLS: value })).toEqual(['TEMPORAL_TLS is neither true nor false']);
  });

  it('a file of settings that is not there, cannot be read, is not TOML, or lacks the part', async () => {
    const missing = join(folder, 'missing.toml');
    const broken = await save('broken.toml', '[profile.default]\n\napi_key = "canary-toml\n');
    const other = await save('other.toml', '[profile.other]\n');
    const numbers = await save('numbers.toml', '[profile.default]\naddress = 5\napi_key = ["canary"]\n');
    const file = (path: string) => `TEMPORAL_CONFIG_FILE (${path})`;
    expect(problemsOf({ TEMPORAL_CONFIG_FILE: missing })).toEqual([`${file(missing)} cannot be read (ENOENT)`]);
    expect(problemsOf({ TEMPORAL_CONFIG_FILE: folder })).toEqual([`${file(folder)} cannot be read (EISDIR)`]);
    expect(problemsOf({ TEMPORAL_CONFIG_FILE: broken })).toEqual([
      expect.stringMatching(/broken\.toml\) is not TOML at line 3, column \d+$/),
    ]);
    expect(problemsOf({ TEMPORAL_CONFIG_FILE: other, TEMPORAL_PROFILE: 'mine' })).toEqual([
      expect.stringContaining("'mine' not found"),
    ]);
    expect(problemsOf({ TEMPORAL_CONFIG_FILE: numbers })).toEqual([
      expect.stringContaining(`address in ${file(numbers)} is not a host`),
      expect.stringContaining(`api_key in ${file(numbers)} holds other`),
    ]);
  });

  it.each<[string, () => NodeJS.ProcessEnv, () => string]>([
    [
      'an authority that is none',
      () => ({ TEMPORAL_TLS_SERVER_CA_CERT_PATH: garbage }),
      () => `TEMPORAL_TLS_SERVER_CA_CERT_PATH (${garbage}) holds no certificate`,
    ],
    [
      'a folder as authority',
      () => ({ TEMPORAL_TLS_SERVER_CA_CERT_PATH: folder }),
      () => `TEMPORAL_TLS_SERVER_CA_CERT_PATH (${folder}) cannot be read (EISDIR)`,
    ],
    [
      'a certificate that is none',
      () => ({ TEMPORAL_TLS_CLIENT_CERT_DATA: KEY, TEMPORAL_TLS_CLIENT_KEY_PATH: client.keyFile }),
      () => 'TEMPORAL_TLS_CLIENT_CERT_DATA holds no certificate',
    ],
    [
      'a key that is none',
      () => ({ TEMPORAL_TLS_CLIENT_CERT_PATH: client.certFile, TEMPORAL_TLS_CLIENT_KEY_PATH: garbage }),
      () => `TEMPORAL_TLS_CLIENT_KEY_PATH (${garbage}) holds no private key`,
    ],
    [
      'a key of another certificate',
      () => ({ TEMPORAL_TLS_CLIENT_CERT_PATH: client.certFile, TEMPORAL_TLS_CLIENT_KEY_PATH: ours.keyFile }),
      () => `TEMPORAL_TLS_CLIENT_KEY_PATH (${ours.keyFile}) is not the key of TEMPORAL_TLS_CLIENT_CERT_PATH`,
    ],
    [
      'a certificate without key',
      () => ({ TEMPORAL_TLS_CLIENT_CERT_PATH: client.certFile }),
      () => 'TEMPORAL_TLS_CLIENT_KEY_PATH is not set, though',
    ],
    [
      'a key without certificate',
      () => ({ TEMPORAL_TLS_CLIENT_KEY_PATH: client.keyFile }),
      () => 'TEMPORAL_TLS_CLIENT_CERT_PATH is not set, though',
    ],
  ])('%s', (_name, variables, words) => {
    expect(problemsOf(variables())).toEqual([expect.stringContaining(words())]);
  });

  it('all of them at once', () => {
    const all = {
      ...{ TEMPORAL_ADDRESS: 'http://canary', TEMPORAL_API_KEY: 'canary key', TEMPORAL_TLS: 'maybe' },
      ...{ TEMPORAL_CONFIG_FILE: join(folder, 'missing.toml'), TEMPORAL_TLS_SERVER_CA_CERT_PATH: garbage },
      ...{ TEMPORAL_TLS_CLIENT_CERT_PATH: garbage, TEMPORAL_TLS_CLIENT_KEY_PATH: garbage },
    };
    expect(problemsOf(all)).toHaveLength(Object.keys(all).length);
  });

  it('but not what nothing uses', () => {
    expect(problemsOf({ TEMPORAL_TLS: 'false', TEMPORAL_TLS_SERVER_CA_CERT_PATH: garbage })).toEqual([]);
  });
});
