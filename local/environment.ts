import { describeHome, encryptionKey, type Home } from './home.ts';
import { isSame } from './processes.ts';
import { postgresPassword, postgresUrl } from './postgres.ts';
import { readState, type StackState } from './state.ts';

/**
 * The settings by which a command uses the running stack of a home; null when none runs. What the environment already
 * sets of the store's addresses and of the key is left out, because it goes first.
 */
export async function stackEnvironment(folder: string): Promise<Record<string, string> | null> {
  const home = describeHome(folder);
  const state = await readState(home);
  return isStackRunning(state) ? settingsOf(home, state) : null;
}

/** Whether commands can use the stack: its supervisor has brought it up, or its servers outlived their supervisor. */
export function isStackRunning(state: StackState): boolean {
  const haveServers = isSame(state.processes.postgres) && isSame(state.processes.temporal);
  return state.isReady && (isSame(state.supervisor) || haveServers);
}

/** PGSSLMODE and its like would change the meaning of our DATABASE_URL, and TEMPORAL_* that of our address. */
export function isServerSetting(name: string): boolean {
  return name.startsWith('TEMPORAL_') || /^PG[A-Z]+$/.test(name);
}

/** The whole environment of a worker, a migration or a simulator in this stack. */
export async function partEnvironment(home: Home, state: StackState): Promise<NodeJS.ProcessEnv> {
  const inherited = Object.entries(process.env).filter(([name]) => !isServerSetting(name));
  const ui = process.env.BCSOURCE_TEMPORAL_UI ?? `http://127.0.0.1:${state.ports.temporalUi}`;
  return { BCSOURCE_TEMPORAL_UI: ui, ...Object.fromEntries(inherited), ...(await settingsOf(home, state)) };
}

async function settingsOf(home: Home, state: StackState): Promise<Record<string, string>> {
  return {
    BCSOURCE_HOME: home.folder,
    DATABASE_URL: await databaseUrl(home, state),
    TEMPORAL_ADDRESS: `127.0.0.1:${state.ports.temporal}`,
    TEMPORAL_NAMESPACE: 'default',
    TEMPORAL_CONFIG_FILE: home.temporalConfig,
    ...(await keySetting(home, state)),
    ...storeSettings(state),
  };
}

/** The URL of the stack's Postgres. */
export async function databaseUrl(home: Home, state: StackState): Promise<string> {
  return postgresUrl(state.ports.postgres ?? 0, await postgresPassword(home.folder));
}

// A stack that runs on a key from the environment must not be read with the home's: the command says that it is missing.
async function keySetting(home: Home, state: StackState): Promise<Record<string, string>> {
  if (process.env.BCSOURCE_ENCRYPTION_KEY || state.isKeyFromEnvironment) return {};
  return { BCSOURCE_ENCRYPTION_KEY: await encryptionKey(home) };
}

const STORE_SETTINGS = ['BIGCOMMERCE_API_URL', 'BIGCOMMERCE_LOGIN_URL'];

/** The addresses of BigCommerce that the environment sets. */
export function givenStoreSettings(): Record<string, string> {
  const given = STORE_SETTINGS.map((name): [string, string | undefined] => [name, process.env[name]]);
  return Object.fromEntries(given.filter((entry): entry is [string, string] => Boolean(entry[1])));
}

// First what the environment says now, then what the stack was started with, then the simulator.
function storeSettings(state: StackState): Record<string, string> {
  const url = state.simulatorUrl;
  const simulated = url === null ? {} : Object.fromEntries(STORE_SETTINGS.map((name) => [name, url]));
  const settings = { ...simulated, ...state.storeSettings };
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !process.env[name]));
}
