import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { open, rename, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { identify, type ProcessRecord } from './processes.ts';

// One run of a day or two at info level; the one before it is kept as .1
const LOG_LIMIT_BYTES = 10 * 1024 * 1024;

/** A user and group to run a process as. */
export interface OsUser {
  uid: number;
  gid: number;
}

/** What to start, and where its output goes. */
export interface ChildOptions {
  command: string;
  args: readonly string[];
  env: Record<string, string | undefined>;
  home: string;
  logFile: string;
  cwd?: string;
  user?: OsUser | null;
  /** In a session of its own, so that Ctrl-C in the terminal does not reach it. */
  isDetached?: boolean;
  /** Does not keep this process from ending. */
  outlivesUs?: boolean;
}

/** How a process ended. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A process that was started, with what it takes to recognise it later and to read what it says. */
export interface Child {
  process: ProcessRecord;
  exited: Promise<Exit>;
  hasExited: () => Exit | null;
  logFile: string;
  /** Where in the log file the output of this process begins. */
  logOffset: number;
}

/** Starts a process that writes straight to its log file, so that it outlives the death of the one that started it. */
export async function startChild(options: ChildOptions): Promise<Child> {
  const logOffset = await rotate(options.logFile);
  const log = openSync(options.logFile, 'a', 0o600);
  const child = spawn(options.command, options.args, {
    cwd: options.cwd,
    env: options.env,
    detached: options.isDetached ?? true,
    stdio: ['ignore', log, log],
    ...(options.user ?? {}),
  });
  closeSync(log);
  if (options.outlivesUs) child.unref();
  // Read at once: the pid cannot be anybody else's before Node has collected the exit.
  const identity = child.pid === undefined ? null : identify(child.pid, options.home);
  let exit: Exit | null = null;
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => resolve((exit = { code, signal })));
    child.once('error', () => resolve((exit ??= { code: null, signal: null })));
  });
  if (child.pid === undefined) throw new Error(`Cannot start ${options.command}: ${await spawnFailure(child)}`);
  const process = identity ?? { pid: child.pid, startedAt: 'gone', home: options.home };
  return { process, exited, hasExited: () => exit, logFile: options.logFile, logOffset };
}

/** Waits for a sign of readiness; throws with the end of the log when the process dies first or the time is up. */
export async function waitUntilReady<T>(
  child: Child,
  options: { name: string; waitMs: number; check: () => Promise<T | null> },
): Promise<T> {
  const deadline = Date.now() + options.waitMs;
  for (;;) {
    const sign = await options.check();
    if (sign !== null) return sign;
    const exit = child.hasExited();
    if (exit) throw new Error(`${options.name} ended at its start (${describeExit(exit)}). ${await endOfLog(child)}`);
    if (Date.now() > deadline) {
      throw new Error(`${options.name} was not ready within ${options.waitMs / 1000} s. ${await endOfLog(child)}`);
    }
    await sleep(25);
  }
}

/** What this process has written to its log so far. */
export async function outputOf(child: Child): Promise<string> {
  return readFrom(child.logFile, child.logOffset);
}

/** Reads a file from an offset on; empty when there is no such file. */
export async function readFrom(path: string, offset: number): Promise<string> {
  const file = await open(path, 'r').catch(() => null);
  if (!file) return '';
  try {
    const { size } = await file.stat();
    const bytes = Buffer.alloc(Math.max(0, size - offset));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, offset);
    return bytes.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

/** `exit code 1` or `signal SIGKILL`. */
export function describeExit(exit: Exit): string {
  return exit.signal ? `signal ${exit.signal}` : `exit code ${exit.code ?? 'unknown'}`;
}

async function endOfLog(child: Child): Promise<string> {
  const lines = (await outputOf(child)).trim().split('\n').slice(-8);
  return `The end of ${child.logFile}:\n${lines.map((line) => `  ${line.slice(0, 300)}`).join('\n')}`;
}

async function rotate(path: string): Promise<number> {
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  if (size <= LOG_LIMIT_BYTES) return size;
  await rename(path, `${path}.1`);
  return 0;
}

function spawnFailure(child: ReturnType<typeof spawn>): Promise<string> {
  return new Promise((resolve) => child.once('error', (error) => resolve(error.message)));
}
