import { statfs } from 'node:fs/promises';
import { connectDatabase } from '../../database/connect.ts';
import type { Database } from '../../database/connect.ts';
import { schemaState, serverVersion, takesWrites } from '../../database/migrate.ts';
import { findRights } from '../../database/roles.ts';
import { READ_ONLY } from '../../database/unreachable.ts';
import type { Settings } from '../../domain/environment.ts';
import { databaseUnavailable, homeFolder } from '../session.ts';
import { shellWord } from '../shell-word.ts';
import { fine, problem, warning } from './check.ts';
import type { DoctorCheck } from './check.ts';
import { checkKeys } from './key-check.ts';

/** `unnest` with several arrays and `generated as identity` are older; older servers get no security updates. */
const OLDEST_POSTGRES = 14;

/** Postgres, its schema, and whether every stored credential can be read with the keys of the environment. */
export async function checkDatabase(settings: Settings): Promise<DoctorCheck[]> {
  const db = connectDatabase(settings.databaseUrl, { poolSize: 2 });
  try {
    const version = await serverVersion(db).catch((error: unknown) => {
      throw databaseUnavailable(settings.databaseUrl, error);
    });
    const postgres = [judgeVersion(version), ...((await takesWrites(db)) ? [] : [readOnly])];
    const state = await schemaState(db);
    if (state === 'behind')
      return [...postgres, problem('schema', 'The schema is older than this program.', 'Run `bcsource migrate`.')];
    if (state === 'ahead') {
      return [
        ...postgres,
        problem('schema', 'The schema is newer than this program.', 'Use the version that made it, or a later one.'),
      ];
    }
    if (state === 'newer') {
      const text = 'The schema is of a later version; this one can work with it.';
      const hint = 'Replace this version too when the others are replaced.';
      return [...postgres, warning('schema', text, hint), ...(await checkRights(db)), await checkKeys(db, settings)];
    }
    const schema = fine('schema', 'The schema is that of this program.');
    return [...postgres, schema, ...(await checkRights(db)), await checkKeys(db, settings)];
  } finally {
    await db.destroy();
  }
}

/** Not by the name of the database: what there is can be read. */
const readOnly = problem('writes', READ_ONLY.message, READ_ONLY.hint);

/** Whether Postgres is one that still gets security updates. */
export function judgeVersion({ major, text }: { major: number; text: string }): DoctorCheck {
  if (major >= OLDEST_POSTGRES) return fine('database', `Postgres ${text} answers.`);
  return warning('database', `Postgres ${text} is old.`, `Move to Postgres ${OLDEST_POSTGRES} or later.`);
}

/** Whether the role that is logged in may do what a worker does, and no more; says nothing where both is so. */
export async function checkRights(db: Database): Promise<DoctorCheck[]> {
  const { role, missing, mayCreate } = await findRights(db);
  const setup = `Run \`BCSOURCE_WORKER_ROLE=${shellWord(role)} bcsource setup\` with the login that owns the database.`;
  if (missing.length > 0) return [problem('rights', `The role ${role} may not use ${missing.join(', ')}.`, setup)];
  if (!mayCreate) return [];
  const hint = `${setup} Where the schema is not its own: \`revoke create on schema public from public\` as the superuser.`;
  return [warning('rights', `The role ${role} can make tables and functions in the schema \`public\`.`, hint)];
}

const LITTLE_ROOM = 1_000_000_000;

/** Room for the embedded stack; other databases have disks of their own. */
export async function checkDisk(
  statsOf: (folder: string) => Promise<{ bavail: number; bsize: number }> = statfs,
): Promise<DoctorCheck[]> {
  const stats = await statsOf(homeFolder()).catch(() => undefined);
  if (!stats) return [];
  const free = stats.bavail * stats.bsize;
  const text = `${(free / 1e9).toFixed(1)} GB are free where the local stack keeps its data.`;
  return [
    free < LITTLE_ROOM ? warning('disk', text, 'Make room before Postgres or Temporal stop.') : fine('disk', text),
  ];
}
