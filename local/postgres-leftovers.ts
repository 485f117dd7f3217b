import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identify, isGone, pidsWorkingIn, stopProcess, type ProcessRecord } from './processes.ts';

/** How a Postgres server is asked to stop: fast, then at once, then not at all. */
export const POSTGRES_STOP = [
  { signal: 'SIGINT', waitMs: 15_000 },
  { signal: 'SIGQUIT', waitMs: 5_000 },
  { signal: 'SIGKILL', waitMs: 5_000 },
] as const;

/**
 * Clears a data folder of what a dead or forgotten server left: ends a server that still works in this very folder, waits
 * for the backends of a killed one, and removes a pid file whose pid belongs to somebody else by now.
 */
export async function clearPostgresLeftovers(data: string, home: string): Promise<void> {
  const pid = pidInFile(data);
  const owner = pid !== null && isServerOf(pid, data) ? identify(pid, home) : null;
  if (owner && !(await stopProcess(owner, POSTGRES_STOP))) {
    throw new Error(`A Postgres server (pid ${owner.pid}) still runs in ${data} and does not stop.`);
  }
  await waitForBackends(data, home);
  // Postgres refuses to start while the pid in its file is alive, whoever that is. Nobody works in the folder now.
  if (pid !== null && !isServerOf(pid, data)) rmSync(join(data, 'postmaster.pid'), { force: true });
}

// Backends end by themselves soon after their server was killed; until then they may still write.
async function waitForBackends(data: string, home: string): Promise<void> {
  const deadline = Date.now() + 5_000;
  let left = processesIn(data, home);
  while (left.length > 0 && Date.now() < deadline) {
    await sleep(50);
    left = processesIn(data, home);
  }
  for (const backend of left) await stopProcess(backend, POSTGRES_STOP.slice(1));
  for (const backend of left) {
    if (!(await isGone(backend, 0)))
      throw new Error(`Process ${backend.pid} still works in ${data} and does not stop.`);
  }
}

function processesIn(data: string, home: string): ProcessRecord[] {
  const folder = realPath(data);
  if (folder === null) return [];
  return pidsWorkingIn(folder, readLink)
    .filter((pid) => isPostgres(pid))
    .flatMap((pid) => identify(pid, home) ?? []);
}

function pidInFile(data: string): number | null {
  try {
    const pid = Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]);
    return Number.isSafeInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null;
  }
}

function isServerOf(pid: number, data: string): boolean {
  if (process.platform === 'linux') return isPostgres(pid) && readLink(`/proc/${pid}/cwd`) === realPath(data);
  try {
    const command = execFileSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)]).toString();
    return command.includes('postgres') && command.includes(data);
  } catch {
    return false;
  }
}

function isPostgres(pid: number): boolean {
  // The path of a program that was replaced meanwhile ends in " (deleted)".
  return /\/postgres( \(deleted\))?$/.test(readLink(`/proc/${pid}/exe`) ?? '');
}

function readLink(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

function realPath(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}
