import { randomBytes } from 'node:crypto';
import { accessSync, constants, statSync } from 'node:fs';
import { link, open, readFile, rename, rm, stat } from 'node:fs/promises';

/** Writes a file so that a reader, or a start after a crash, sees either the old content or the new one. */
export async function writeAtomically(path: string, content: string, mode = 0o600): Promise<void> {
  const draft = await writeDraft(path, content, mode);
  await rename(draft, path);
}

/** Reads a JSON file; null when it is missing or unreadable, so that a damaged leftover never blocks a start. */
export async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return null;
  }
}

/** Reads a secret of one line, made once and kept for its owner only. Two callers at once get the same one. */
export async function readOrCreateSecret(path: string, make: () => string): Promise<string> {
  const draft = await writeDraft(path, make(), 0o600);
  try {
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
  return (await readFile(path, 'utf8')).trim();
}

/** Whether this user can execute the file. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Whether something is at this path. */
export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function writeDraft(path: string, content: string, mode: number): Promise<string> {
  const draft = `${path}.${process.pid}-${randomBytes(4).toString('hex')}`;
  const file = await open(draft, 'wx', mode);
  try {
    await file.writeFile(content);
    // Without it a reboot may leave an empty file under the new name.
    await file.sync();
  } finally {
    await file.close();
  }
  return draft;
}
