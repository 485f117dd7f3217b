import { chmod, copyFile, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import envPaths from 'env-paths';
import { describeExit } from './child.ts';
import { isExecutable } from './files.ts';
import { type RunOptions, runToEnd } from './run-to-end.ts';

/** A program that was found, and the words that tell a person which one it is. */
export interface Executable {
  path: string;
  origin: string;
}

/** One way to come by a program; null when it does not apply here, an error when it was tried in vain. */
export interface Way {
  name: string;
  find: () => Promise<Executable | null>;
}

/**
 * Goes through the ways in their order and takes the first that works; else throws what each of them said. Throws what
 * the signal aborts with, and tries no further way then.
 */
export async function firstOf(
  what: string,
  ways: readonly Way[],
  advice: string,
  signal?: AbortSignal,
): Promise<Executable> {
  const tried: string[] = [];
  for (const way of ways) {
    signal?.throwIfAborted();
    try {
      const found = await way.find();
      if (found) return found;
      tried.push(`${way.name}: nothing there`);
    } catch (error) {
      tried.push(`${way.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  signal?.throwIfAborted();
  throw new Error(`${what} was not found. Tried:\n${tried.map((line) => `  - ${line}`).join('\n')}\n${advice}`);
}

/** The folder of the user's cache where programs of this name are kept. */
export function cacheFolder(name: string): string {
  return join(envPaths('bcsource', { suffix: '' }).cache, name);
}

/** The path that an environment variable names. A wrong one is an error: whoever sets it means it. */
export function fromEnvironment(name: string, env: NodeJS.ProcessEnv): Executable | null {
  const path = env[name];
  if (!path) return null;
  if (!isExecutable(path)) throw new Error(`${name} names ${path}, which is not an executable file.`);
  return { path, origin: `${name}=${path}` };
}

/** Looks for a program in the folders of PATH. */
export function onPath(program: string, env: NodeJS.ProcessEnv): string | null {
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, program)).find(isExecutable) ?? null;
}

/** Makes a folder of the cache in one move, so that two who build at once cannot spoil each other. */
export async function buildInto(folder: string, build: (draft: string) => Promise<void>): Promise<void> {
  await mkdir(join(folder, '..'), { recursive: true });
  const draft = await mkdtemp(`${folder}.`);
  try {
    await build(draft);
    await mkdir(folder, { recursive: true });
    // One by one, in the order of their names: `jars` is there before the program that needs it. Whoever comes second
    // replaces like by like.
    for (const name of (await readdir(draft)).sort()) await moveInto(join(draft, name), join(folder, name));
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Lets the Temporal SDK download a program, in a process of its own that is ended when the time is up. */
export async function downloadBySdk(options: {
  create: 'createLocal' | 'createTimeSkipping';
  version: string;
  target: string;
  waitMs: number;
  env?: NodeJS.ProcessEnv;
  signal?: AbortSignal | undefined;
}): Promise<void> {
  const { env = process.env, waitMs, signal } = options;
  const testing = pathToFileURL(createRequire(import.meta.url).resolve('@temporalio/testing')).href;
  const downloadDir = await mkdtemp(`${options.target}.sdk-`);
  const executable = { type: 'cached-download', version: options.version, downloadDir };
  const script = `import sdk from ${JSON.stringify(testing)};
    const env = await sdk.TestWorkflowEnvironment.${options.create}({ server: { executable: ${JSON.stringify(executable)} } });
    await env.teardown();
    process.exit(0);`;
  try {
    await runBounded(process.execPath, ['--input-type=module', '-e', script], { env, waitMs, signal });
    const [file] = await readdir(downloadDir);
    if (file === undefined) throw new Error('the SDK downloaded nothing');
    await copyFile(join(downloadDir, file), options.target);
    await chmod(options.target, 0o755);
  } finally {
    await rm(downloadDir, { recursive: true, force: true });
  }
}

/** How to run a long command, and whom to tell. */
export interface ProgressOptions {
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  everyMs?: number;
  signal?: AbortSignal | undefined;
  onProgress: (line: string) => void;
}

/**
 * Runs a long command and reports, every few seconds, how long it takes and the last line that it said. Throws what the
 * signal aborts with.
 */
export async function runWithProgress(
  command: string,
  args: readonly string[],
  options: ProgressOptions,
): Promise<void> {
  const startedAt = Date.now();
  const { env = process.env, cwd, signal } = options;
  let lines: string[] = [];
  const listen = (chunk: Buffer): void => {
    lines = [...lines, ...chunk.toString().split('\n')].filter((line) => line.trim() !== '').slice(-20);
  };
  const timer = setInterval(() => {
    const elapsed = Math.round((Date.now() - startedAt) / 1000);
    options.onProgress(`${elapsed} s${lines.length > 0 ? `, ${lines.at(-1)?.trim().slice(0, 100)}` : ''}`);
  }, options.everyMs ?? 5_000);
  const exit = await runToEnd(command, args, { env, cwd, signal, listen }).finally(() => clearInterval(timer));
  if (exit.code === 0) return;
  const ending = `${command} ended with ${exit.signal ?? exit.code}`;
  throw new Error(`${ending}: ${lines.slice(-6).join(' | ').slice(0, 1_000)}`);
}

async function moveInto(from: string, to: string): Promise<void> {
  await rename(from, to).catch(async (error: NodeJS.ErrnoException) => {
    // A folder that another builder finished first stays: it may be in use.
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  });
}

async function runBounded(
  command: string,
  args: readonly string[],
  options: Omit<RunOptions, 'listen'>,
): Promise<void> {
  let said = '';
  const listen = (chunk: Buffer): void => void (said += chunk.toString());
  const exit = await runToEnd(command, args, { ...options, listen });
  if (exit.code === 0) return;
  const line = said.split('\n').find((each) => /error/i.test(each));
  throw new Error((line?.trim() ?? `it ended with ${describeExit(exit)}`).slice(0, 300));
}
