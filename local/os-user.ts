import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { OsUser } from './child.ts';

const run = promisify(execFile);

/**
 * The ordinary user that Postgres runs as: null for whoever we are. When we are root, the owner of the data that is already
 * there, or `postgres`, made where missing.
 */
export async function postgresUser(data?: string): Promise<OsUser | null> {
  if (process.getuid?.() !== 0) return null;
  const owner = data === undefined ? null : await stat(data).catch(() => null);
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  return (await lookUp('postgres')) ?? (await create('postgres'));
}

/** Whether a user can do this to a path; really tried as that user, because modes, mounts and ACLs all have a say. */
export async function canAccess(user: OsUser, path: string, mode: 'execute' | 'write'): Promise<boolean> {
  const attempt = mode === 'execute' ? '"$0" --version >/dev/null' : 'cd "$0" && : >.probe && rm .probe';
  return run('/bin/sh', ['-c', attempt, path], { cwd: '/', ...user }).then(
    () => true,
    () => false,
  );
}

async function lookUp(name: string): Promise<OsUser | null> {
  try {
    const [uid, gid] = await Promise.all(
      ['-u', '-g'].map(async (flag) => Number((await run('id', [flag, name])).stdout)),
    );
    return uid !== undefined && gid !== undefined ? { uid, gid } : null;
  } catch {
    return null;
  }
}

async function create(name: string): Promise<OsUser> {
  try {
    await run('groupadd', ['--system', '--force', name]);
    await run('useradd', ['--system', '--gid', name, '--shell', '/bin/false', '--home-dir', '/nonexistent', name]);
  } catch (cause) {
    throw new Error(
      `Postgres refuses to run as root, and no ordinary user "${name}" could be made for it: create one, or run as an ordinary user.`,
      { cause },
    );
  }
  const user = await lookUp(name);
  if (!user) throw new Error(`The user "${name}" was made and cannot be found: is /etc/passwd in use on this system?`);
  return user;
}
