import { statfs } from 'node:fs/promises';
import { connectDatabase } from '../../database/connect.ts';
import { schemaState, serverVersion } from '../../database/migrate.ts';
import type { Settings } from '../../domain/environment.ts';
import { databaseUnavailable, homeFolder } from '../session.ts';
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
    const postgres =
      version.major >= OLDEST_POSTGRES
        ? fine('database', `Postgres ${version.text} answers.`)
        : warning('database', `Postgres ${version.text} is old.`, `Move to Postgres ${OLDEST_POSTGRES} or later.`);
    const state = await schemaState(db);
    if (state === 'behind')
      return [postgres, problem('schema', 'The schema is older than this program.', 'Run `bcsource migrate`.')];
    if (state === 'ahead') {
      return [
        postgres,
        problem('schema', 'The schema is newer than this program.', 'Use the version that made it, or a later one.'),
      ];
    }
    if (state === 'newer') {
      const text = 'The schema is of a later version; this one can work with it.';
      const hint = 'Replace this version too when the others are replaced.';
      return [postgres, warning('schema', text, hint), await checkKeys(db, settings)];
    }
    return [postgres, fine('schema', 'The schema is that of this program.'), await checkKeys(db, settings)];
  } finally {
    await db.destroy();
  }
}

const LITTLE_ROOM = 1_000_000_000;

/** Room for the embedded stack; other databases have disks of their own. */
export async function checkDisk(): Promise<DoctorCheck[]> {
  const stats = await statfs(homeFolder()).catch(() => undefined);
  if (!stats) return [];
  const free = stats.bavail * stats.bsize;
  const text = `${(free / 1e9).toFixed(1)} GB are free where the local stack keeps its data.`;
  return [
    free < LITTLE_ROOM ? warning('disk', text, 'Make room before Postgres or Temporal stop.') : fine('disk', text),
  ];
}
