import { readFileSync } from 'node:fs';
import { loadClientConfigProfile, toClientOptions } from '@temporalio/envconfig';
import type { ClientConfigProfile, ClientConnectConfig } from '@temporalio/envconfig';
import { readTls } from './temporal-tls.ts';
import type { NameOf } from './temporal-tls.ts';

/** The settings of the connection to Temporal name something that cannot be used. No value stands in it but paths. */
export class TemporalSettingsError extends Error {
  override readonly name = 'TemporalSettingsError';

  constructor(readonly problems: readonly string[]) {
    super(`The settings of Temporal cannot be used: ${problems.join('; ')}.`);
  }
}

export interface TemporalSettings {
  namespace: string;
  address: string;
  connectionOptions: ClientConnectConfig['connectionOptions'];
}

type Given = Record<string, string>;

/**
 * Address, namespace, TLS and API key as `TEMPORAL_*` and Temporal's own configuration file say. Throws
 * TemporalSettingsError with all that cannot work, each by the name of its variable and its file.
 */
export function readTemporalSettings(environment: NodeJS.ProcessEnv = process.env): TemporalSettings {
  const given = givenIn(environment);
  const problems = switchProblems(given);
  const profile = readProfile(given, problems);
  const nameOf: NameOf = (variable, key) => (variable in given ? variable : `${key} in ${fileName(given)}`);
  problems.push(...profileProblems(profile, nameOf));
  const tls = readTls(profile.tls, nameOf);
  problems.push(...tls.problems);
  if (problems.length > 0) throw new TemporalSettingsError(problems);
  const { namespace = 'default', connectionOptions } = toClientOptions({ ...profile, ...tls.read });
  return { namespace, connectionOptions, address: connectionOptions.address ?? '127.0.0.1:7233' };
}

/**
 * What is set. A file of a secret ends with a newline and one from Windows has CR: neither is part of a value, and gRPC
 * would repeat a key with either in its complaint. An empty value is none; of a header it takes away what the file says.
 */
function givenIn(environment: NodeJS.ProcessEnv): Given {
  const ours = Object.entries(environment).filter(([name]) => name.startsWith('TEMPORAL_'));
  const others = Object.entries(environment).filter(([name]) => !name.startsWith('TEMPORAL_'));
  const trimmed = ours.map(([name, value = '']): [string, string] => [name, value.trim()]);
  const set = trimmed.filter(([name, value]) => value !== '' || name.startsWith('TEMPORAL_GRPC_META_'));
  return Object.fromEntries([...others, ...set]) as Given;
}

/** The library takes whatever it does not know for no, and would speak without encryption. */
function switchProblems(given: Given): string[] {
  const value = given['TEMPORAL_TLS'];
  if (value === undefined || ['true', 'false', '1', '0'].includes(value)) return [];
  // The rest is looked at as it would be with TLS.
  delete given['TEMPORAL_TLS'];
  return ['TEMPORAL_TLS is neither true nor false'];
}

/** The part of the file that is asked for, with what the environment says instead; that alone where the file has a problem. */
function readProfile(given: Given, problems: string[]): ClientConfigProfile {
  try {
    return trimmedKey(loadClientConfigProfile({ overrideEnvVars: given, ...fileSource(given) }));
  } catch (error) {
    problems.push(fileProblem(given, error));
  }
  try {
    return trimmedKey(loadClientConfigProfile({ overrideEnvVars: given, disableFile: true }));
  } catch {
    return {};
  }
}

function trimmedKey({ apiKey, ...others }: ClientConfigProfile): ClientConfigProfile {
  const key = typeof apiKey === 'string' ? apiKey.trim() : apiKey;
  return key === undefined || key === '' ? others : { ...others, apiKey: key };
}

/** The library goes on without a file that is named and not there. */
function fileSource({ TEMPORAL_CONFIG_FILE: path }: Given) {
  return path === undefined ? {} : { configSource: { data: readFileSync(path, 'utf8') } };
}

/** The library repeats the line that it cannot read, with the key in it. */
function fileProblem(given: Given, error: unknown): string {
  const { line, column, code, message } = error as { line?: number; column?: number; code?: string; message: string };
  const file = fileName(given);
  if (line !== undefined) return `${file} is not TOML at line ${line}, column ${column}`;
  if (code !== undefined) return `${file} cannot be read (${code})`;
  if (error instanceof TypeError) return `${file} holds no [profile.${given['TEMPORAL_PROFILE'] ?? 'default'}]`;
  return message;
}

function fileName({ TEMPORAL_CONFIG_FILE: path }: Given): string {
  return path === undefined
    ? 'temporalio/temporal.toml of the configuration folder of this user'
    : `TEMPORAL_CONFIG_FILE (${path})`;
}

function profileProblems({ address, namespace, apiKey, grpcMeta = {} }: ClientConfigProfile, nameOf: NameOf): string[] {
  const problems: string[] = [];
  if (address !== undefined && !isAddress(address))
    problems.push(`${nameOf('TEMPORAL_ADDRESS', 'address')} is not a host with a port, like temporal.example.com:7233`);
  if (namespace !== undefined && typeof namespace !== 'string')
    problems.push(`${nameOf('TEMPORAL_NAMESPACE', 'namespace')} is not text`);
  if (apiKey !== undefined && !isText(apiKey, /^[\x21-\x7e]+$/))
    problems.push(`${nameOf('TEMPORAL_API_KEY', 'api_key')} holds other characters than visible ones of ASCII`);
  for (const [header, value] of Object.entries(grpcMeta)) {
    const variable = `TEMPORAL_GRPC_META_${header.replaceAll('-', '_').toUpperCase()}`;
    if (!isText(value, /^[\x20-\x7e]*$/))
      problems.push(`${nameOf(variable, `grpc_meta.${header}`)} holds other characters than those of ASCII`);
  }
  return problems;
}

/** A file may hold numbers and lists as well. */
function isText(value: unknown, shape: RegExp): value is string {
  return typeof value === 'string' && shape.test(value);
}

/** As the library reads it: no scheme, and an address of IPv6 in brackets. */
function isAddress(address: unknown): boolean {
  if (!isText(address, /^(\[[0-9a-fA-F:.]+\]|[^\s:/@[\]]+)(:\d{1,5})?$/)) return false;
  const port = Number(/:(\d+)$/.exec(address)?.[1] ?? 7233);
  return port >= 1 && port <= 65_535;
}
