import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { readOrCreateSecret } from './files.ts';

/** The files of a BCSOURCE_HOME; data of Postgres and the password have their own modules. */
export interface Home {
  folder: string;
  stateFile: string;
  claims: string;
  logs: string;
  temporalFile: string;
  temporalConfig: string;
  simulatorFile: string;
}

/** Names the files of a home; touches nothing. */
export function describeHome(folder: string): Home {
  const home = resolve(folder);
  return {
    folder: home,
    stateFile: join(home, 'stack.json'),
    claims: join(home, 'claims'),
    logs: join(home, 'logs'),
    temporalFile: join(home, 'temporal.db'),
    temporalConfig: join(home, 'temporal.toml'),
    simulatorFile: join(home, 'simulator.jsonl'),
  };
}

/** Makes the folders of a home where they are missing; safe to repeat. */
export async function openHome(folder: string): Promise<Home> {
  const home = describeHome(folder);
  // Others may pass through, as Postgres runs as another user when we are root, but not look around.
  await mkdir(home.folder, { recursive: true, mode: 0o711 });
  for (const path of [home.claims, home.logs]) await mkdir(path, { recursive: true, mode: 0o700 });
  // Left empty, so that no profile of the user (an API key, TLS) is applied to the local server.
  // With a profile in it: the SDK cannot read a file that has none.
  await writeFile(home.temporalConfig, '[profile.default]\n', { mode: 0o600 });
  return home;
}

/** The key that encrypts credentials in this home, made on first use and readable by its owner only. */
export function encryptionKey(home: Home): Promise<string> {
  return readOrCreateSecret(join(home.folder, 'encryption.key'), () => randomBytes(32).toString('base64'));
}

/** The log file of a part, or of the supervisor. */
export function logFile(home: Home, name: string): string {
  return join(home.logs, `${name}.log`);
}
