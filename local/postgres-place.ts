import { createHash, randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readdir, rmdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { OsUser } from './child.ts';
import type { OnEvent } from './events.ts';
import { exists, readJson, writeAtomically } from './files.ts';
import { canAccess } from './os-user.ts';
import { copyPostgres, type PostgresBinaries, programPath } from './postgres-binaries.ts';

// Survives a reboot, unlike /tmp, and every user can get there, unlike /root.
const SHARED_FOLDER = '/var/lib/bcsource';

/** Where the cluster of a home lies, and programs that its user can run. */
export interface PostgresPlace {
  folder: string;
  binaries: PostgresBinaries;
}

/** What there is to choose a place from. */
export interface PlaceOptions {
  home: string;
  user: OsUser | null;
  binaries: PostgresBinaries;
  onEvent: OnEvent;
  sharedFolder?: string;
}

/**
 * Chooses where the cluster lies: in the home, or, where its user cannot get there (root's own folder, mode 700), in a
 * folder that every user can reach, noted in the home. Likewise for the programs.
 */
export async function choosePlace(options: PlaceOptions): Promise<PostgresPlace> {
  const inHome = join(options.home, 'postgres');
  if (!options.user) {
    await mkdir(inHome, { recursive: true });
    return { folder: inHome, binaries: options.binaries };
  }
  const sharedFolder = options.sharedFolder ?? SHARED_FOLDER;
  const canRun = await canAccess(options.user, programPath(options.binaries, 'postgres'), 'execute');
  const binaries = canRun ? options.binaries : await copyToShared(options.binaries, sharedFolder);
  const folder = (await notedFolder(options.home)) ?? (await newFolder(options, options.user, inHome, sharedFolder));
  return { folder, binaries };
}

async function notedFolder(home: string): Promise<string | null> {
  const note = (await readJson(noteOf(home))) as { folder?: unknown } | null;
  return typeof note?.folder === 'string' && (await exists(note.folder)) ? note.folder : null;
}

async function newFolder(options: PlaceOptions, user: OsUser, inHome: string, sharedFolder: string): Promise<string> {
  await makeFolder(inHome, user);
  if (await canAccess(user, inHome, 'write')) return inHome;
  if (await exists(join(inHome, 'data'))) {
    throw new Error(
      `The user that Postgres runs as can no longer reach its data in ${inHome}: was a folder above it closed?`,
    );
  }
  await rmdir(inHome);
  await makeShared(sharedFolder);
  const hash = createHash('sha256').update(options.home).digest('hex').slice(0, 16);
  const others = (await readdir(sharedFolder)).filter((name) => name.startsWith(`${hash}-`));
  // A random part, because a home that was deleted and made anew must not find the data of the deleted one.
  const folder = join(sharedFolder, `${hash}-${randomBytes(4).toString('hex')}`);
  await makeFolder(folder, user);
  if (!(await canAccess(user, folder, 'write'))) {
    throw new Error(`The user that Postgres runs as can write neither to ${inHome} nor to ${folder}.`);
  }
  await writeAtomically(noteOf(options.home), `${JSON.stringify({ folder })}\n`);
  tellPlace(options, folder, others);
  return folder;
}

function tellPlace(options: PlaceOptions, folder: string, others: string[]): void {
  const say = (message: string): void => options.onEvent({ type: 'warning', part: 'postgres', message });
  say(
    `Postgres runs as an ordinary user, who cannot reach ${options.home}; its data is kept in ${folder} ` +
      `(noted in ${basename(noteOf(options.home))}).`,
  );
  for (const name of others) {
    say(`${join(dirname(folder), name)} holds data of an earlier stack of this folder; delete it if nobody needs it.`);
  }
}

async function copyToShared(binaries: PostgresBinaries, sharedFolder: string): Promise<PostgresBinaries> {
  await makeShared(sharedFolder);
  return copyPostgres(binaries, sharedFolder);
}

async function makeShared(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o755);
}

async function makeFolder(folder: string, user: OsUser): Promise<void> {
  await mkdir(folder, { recursive: true });
  await chown(folder, user.uid, user.gid);
  await chmod(folder, 0o700);
}

function noteOf(home: string): string {
  return join(home, 'postgres-folder.json');
}
