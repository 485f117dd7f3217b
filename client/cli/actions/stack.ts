import { fileURLToPath } from 'node:url';
import type { Connection } from '@temporalio/client';
import { connectDatabase } from '../../../database/connect.ts';
import { MigrationFailed, SchemaAhead, migrateToLatest, serverVersion } from '../../../database/migrate.ts';
import { RolesRefused, requireRoles } from '../../../database/role-checks.ts';
import { grantRoles } from '../../../database/roles.ts';
import { readEnvironment } from '../../../domain/environment.ts';
import type { Settings } from '../../../domain/environment.ts';
import { startDetachedStack } from '../../../local/detached.ts';
import type { OnEvent, StackEvent } from '../../../local/events.ts';
import { ensureNamespace } from '../../../local/namespace.ts';
import { runStack } from '../../../local/stack.ts';
import type { StackOptions } from '../../../local/stack.ts';
import { stackStatus, stopStack } from '../../../local/status.ts';
import type { StackStatus } from '../../../local/status.ts';
import type { ExitCode } from '../../errors.ts';
import { ClientError, clientErrorOf } from '../../errors.ts';
import { ensureSearchAttributes } from '../../search-attributes.ts';
import { databaseUnavailable, homeFolder, openSession, readSettings, readServingSettings } from '../../session.ts';
import { settingsError } from '../../settings-hint.ts';
import type { AlsoRead } from '../../settings-hint.ts';
import { readWorkerTuning } from '../../../workers/tuning.ts';
import type { WorkerTuning } from '../../../workers/tuning.ts';
import { colors, printFields, printJson, printLine, remark } from '../output.ts';
import type { OutputOptions } from '../output.ts';

const TUNING_HINT = 'See "Tuning workers" in docs/deploy.md; a variable that is left out has a good default.';

const showEvent: OnEvent = (event: StackEvent) => remark(`${colors.dim('stack:')} ${event.message}`);

/** How the stack of this home is started; the simulator's options can be added to. */
export function stackOptions(simulator: boolean, simulatorArgs: string[] = [], onEvent = showEvent): StackOptions {
  return {
    home: homeFolder(),
    simulator,
    cliPath: fileURLToPath(new URL('../main.js', import.meta.url)),
    simulatorPath: fileURLToPath(new URL('../../../simulator/main.js', import.meta.url)),
    simulatorArgs,
    onEvent,
  };
}

/**
 * Throws ClientError naming all that would keep a part of a stack from starting. Its database is its own, and so is its
 * key where none is set.
 */
export function refuseUnusableSettings(environment: Readonly<Record<string, string | undefined>>): void {
  const key = environment['BCSOURCE_ENCRYPTION_KEY'] || Buffer.alloc(32).toString('base64');
  const own = { DATABASE_URL: 'postgres://127.0.0.1/bcsource', BCSOURCE_ENCRYPTION_KEY: key };
  const settings = readEnvironment({ ...environment, ...own });
  const tuning = tuningOf(environment);
  if (!settings.ok || !tuning.ok) throw settingsError(settings.ok ? [] : settings.problems, [tuning], environment);
}

/** What a worker reads beside the settings. Whatever else it comes to read joins in here, to be named with the rest. */
function tuningOf(environment: Readonly<Record<string, string | undefined>>): AlsoRead<WorkerTuning> {
  const read = readWorkerTuning(environment);
  return read.ok ? { ok: true, value: read.tuning } : { ...read, hint: TUNING_HINT };
}

export async function dev(options: OutputOptions & { detach?: true; simulator: boolean }): Promise<ExitCode> {
  refuseUnusableSettings(process.env);
  if (options.detach) {
    showStatus(await startDetachedStack(stackOptions(options.simulator)), options);
    return 0;
  }
  const onEvent: OnEvent = (event) => {
    showEvent(event);
    if (event.type === 'ready') void stackStatus(homeFolder()).then((status) => showStatus(status, options));
  };
  const { signal } = await runStack(stackOptions(options.simulator, [], onEvent));
  return signal === 'SIGINT' ? 130 : 0;
}

export async function status(options: OutputOptions): Promise<void> {
  showStatus(await stackStatus(homeFolder()), options);
}

function showStatus(status: StackStatus, options: OutputOptions): void {
  if (options.json) return printJson(status);
  const pid = (part: keyof StackStatus['pids']) => status.pids[part] ?? 'not running';
  printLine(
    status.running ? colors.green('The stack is running.') : 'The stack is not running; start it with `bcsource dev`.',
  );
  printFields({
    'Temporal Web UI': status.temporalUi,
    Temporal: status.temporalAddress,
    Postgres: status.databaseUrl?.replace(/:[^:@/]*@/, ':…@') ?? null,
    Simulator: status.simulatorUrl,
    pids: `postgres ${pid('postgres')}, temporal ${pid('temporal')}, worker ${pid('worker')}, simulator ${pid('simulator')}`,
  });
}

export async function stop(options: OutputOptions): Promise<void> {
  const stopped = await stopStack(homeFolder(), showEvent);
  if (options.json) printJson({ stopped });
  else printLine(stopped ? 'The stack is stopped; its data stays.' : 'Nothing was running.');
}

export async function migrate(options: OutputOptions): Promise<void> {
  const applied = await bringUpToDate(await readSettings());
  if (options.json) printJson({ applied });
  else tellApplied(applied);
}

/** The schema of this version, and the rights of the roles that the environment names. */
async function bringUpToDate({ databaseUrl, roles }: Settings): Promise<string[]> {
  const db = connectDatabase(databaseUrl, { poolSize: 2, isUnlimited: true });
  try {
    await serverVersion(db).catch((error: unknown) => {
      throw databaseUnavailable(databaseUrl, error);
    });
    await requireRoles(db, roles);
    const applied = await migrateToLatest(db, { onWait: remark });
    await grantRoles(db, roles);
    return applied;
  } catch (error) {
    if (error instanceof RolesRefused) throw rolesRefused(error);
    if (error instanceof MigrationFailed) throw new ClientError(error.code, error.message, error.hint, 1);
    if (!(error instanceof SchemaAhead)) throw error;
    throw new ClientError(error.code, error.message, 'Nothing was changed.', 1);
  } finally {
    await db.destroy();
  }
}

function rolesRefused({ code, message, problems }: RolesRefused): ClientError {
  return new ClientError(code, message, 'See "Roles of the database" in docs/deploy.md; no role was changed.', 2, {
    problems,
  });
}

/** Prepares database and Temporal for this version: schema, namespace and its search attributes. Safe to repeat. */
export async function setup(options: OutputOptions): Promise<void> {
  const { settings } = await readServingSettings(() => ({ ok: true, value: null }));
  const applied = await bringUpToDate(settings);
  // At once: what follows may fail, and the next time nothing is left to apply.
  if (!options.json) tellApplied(applied);
  try {
    const { namespace, isNew, registered } = await prepareTemporal();
    if (options.json) return printJson({ applied, namespace: isNew ? namespace : null, registered });
    printLine(`The namespace ${namespace} ${isNew ? 'was made' : 'is there'}.`);
    printLine(registered.length > 0 ? `Registered ${registered.join(', ')}.` : 'All search attributes are registered.');
  } catch (error) {
    const known = clientErrorOf(error);
    if (!known) throw error;
    throw new ClientError(known.code, known.message, known.hint, known.exitCode, { ...known.extra, applied });
  }
}

function tellApplied(applied: readonly string[]): void {
  printLine(applied.length > 0 ? `Applied ${applied.join(', ')}.` : 'The schema is up to date.');
}

async function prepareTemporal(): Promise<{ namespace: string; isNew: boolean; registered: string[] }> {
  const session = await openSession();
  try {
    const { connection, options } = await session.temporal();
    const { namespace } = options;
    const isNew = await ensureNamespace(connection as Connection, namespace);
    return { namespace, isNew, registered: await ensureSearchAttributes(connection as Connection, namespace) };
  } finally {
    await session.close();
  }
}

export async function worker(): Promise<void> {
  const { settings, value: tuning } = await readServingSettings(tuningOf);
  const { runWorker, WorkerRefused } = await import('../../../workers/run.ts');
  try {
    const end = await runWorker(settings, tuning);
    // A request that the store does not answer would keep the process alive, and nobody waits for its answer any more.
    if (end === 'cut') process.exit(0);
  } catch (error) {
    if (error instanceof WorkerRefused) {
      const { code, message, hint, isTemporary } = error;
      // The SDK goes on with a connection that got no answer, and would keep the process; the error is told by then.
      if (isTemporary) setTimeout(() => process.exit(), 1_000).unref();
      throw new ClientError(code, message, hint, isTemporary ? 5 : 1);
    }
    throw error;
  }
}
