import { type ChildProcess, spawn } from 'node:child_process';
import type { Exit } from './child.ts';

/** How to run a program, and for how long at the most. */
export interface RunOptions {
  env?: NodeJS.ProcessEnv;
  cwd?: string | undefined;
  waitMs?: number;
  signal?: AbortSignal | undefined;
  /** Hears what it says, on both of its streams. */
  listen: (chunk: Buffer) => void;
}

/**
 * Runs a program to its end. When the signal aborts or the time is up it is killed at once, with all that it has started
 * where there is a signal; throws what the signal aborts with, or that the time is up.
 */
export async function runToEnd(command: string, args: readonly string[], options: RunOptions): Promise<Exit> {
  const { env, cwd, waitMs, signal, listen } = options;
  signal?.throwIfAborted();
  // In a group of its own: a compiler or a server that it has started would go on without it. Only for somebody who ends
  // it, because Ctrl-C in a terminal does not reach it there.
  const isGroup = signal !== undefined;
  const child = spawn(command, args, { env, cwd, detached: isGroup, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.on('data', listen);
  child.stderr.on('data', listen);
  const end = (): void => {
    kill(child, isGroup);
    // Whatever has left the group keeps them open.
    child.stdout.destroy();
    child.stderr.destroy();
  };
  let isLate = false;
  const timer = waitMs === undefined ? undefined : setTimeout(() => ((isLate = true), end()), waitMs);
  signal?.addEventListener('abort', end);
  try {
    const exit = await new Promise<Exit>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, by) => resolve({ code, signal: by }));
    });
    signal?.throwIfAborted();
    if (isLate) throw new Error(`not done within ${waitMs! / 1000} s`);
    return exit;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', end);
  }
}

function kill(child: ChildProcess, isGroup: boolean): void {
  if (child.pid === undefined) return;
  try {
    process.kill(isGroup ? -child.pid : child.pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
