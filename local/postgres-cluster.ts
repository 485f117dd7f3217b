import { spawn } from 'node:child_process';
import { chown, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OsUser } from './child.ts';
import { exists } from './files.ts';
import { type PostgresBinaries, programPath } from './postgres-binaries.ts';

/** What a new cluster is made of. */
export interface ClusterOptions {
  binaries: PostgresBinaries;
  user: OsUser | null;
  /** A folder that the user can write to; the cluster becomes its `data`. */
  folder: string;
  password: string;
  /** Throw-away clusters need not survive a crash of the machine. */
  isThrowAway?: boolean;
}

/**
 * Makes the cluster with its database `bcsource` unless it is there. It is built beside its place and moved there when
 * whole, so a kill at any point leaves nothing half made. One caller at a time.
 */
export async function ensureCluster(options: ClusterOptions): Promise<string> {
  const data = join(options.folder, 'data');
  if (await exists(join(data, 'PG_VERSION'))) return data;
  for (const name of await readdir(options.folder)) {
    if (name.startsWith('new-')) await rm(join(options.folder, name), { recursive: true, force: true });
  }
  const draft = await mkdtemp(join(options.folder, 'new-'));
  try {
    if (options.user) await chown(draft, options.user.uid, options.user.gid);
    await build(options, draft);
    await rename(join(draft, 'data'), data);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return data;
}

async function build(options: ClusterOptions, draft: string): Promise<void> {
  const data = join(draft, 'data');
  const passwordFile = join(draft, 'password');
  await mkdir(data, { mode: 0o700 });
  await writeFile(passwordFile, `${options.password}\n`, { mode: 0o600 });
  if (options.user) {
    for (const path of [data, passwordFile]) await chown(path, options.user.uid, options.user.gid);
  }
  const sync = options.isThrowAway ? ['--no-sync'] : [];
  const initdb = ['-D', data, '-U', 'bcsource', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8'];
  await runAs(options, 'initdb', [...initdb, '--no-locale', '--no-instructions', ...sync], '');
  const single = ['--single', '-D', data, ...(options.isThrowAway ? ['-F'] : []), 'postgres'];
  await runAs(options, 'postgres', single, 'CREATE DATABASE bcsource\n');
  if (!options.isThrowAway) await runAs(options, 'initdb', ['--sync-only', '-D', data], '');
}

function runAs(options: ClusterOptions, program: string, args: string[], input: string): Promise<void> {
  const env = { PATH: process.env.PATH, LC_ALL: 'C' };
  const child = spawn(programPath(options.binaries, program), args, { cwd: '/', env, ...(options.user ?? {}) });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  // A program that ends before it has read says why in its output.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      // In single-user mode a refused statement ends with 0 all the same.
      if (code === 0 && !/^(.*\s)?(ERROR|FATAL|PANIC):/m.test(output)) resolve();
      else reject(new Error(`${program} failed (${signal ?? code}): ${output.trim().slice(-1_500)}`));
    });
  });
}
