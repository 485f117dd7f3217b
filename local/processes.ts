import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** What tells one process from another that later got the same pid. Safe to keep in a file across reboots. */
export interface ProcessRecord {
  pid: number;
  /** Linux: boot id and start tick; elsewhere: the start time that `ps` shows. */
  startedAt: string;
  /** The BCSOURCE_HOME that a part carries; null for a process that somebody else started, with what he liked. */
  home: string | null;
}

/** One step of stopping: a signal, and how long to wait for the process to go before the next one. */
export interface StopStep {
  signal: NodeJS.Signals;
  waitMs: number;
}

/** Describes a living process, or null when there is none with this pid (a zombie counts as gone). */
export function identify(pid: number, home: string | null): ProcessRecord | null {
  const startedAt = startOf(pid);
  return startedAt === null ? null : { pid, startedAt, home };
}

/** Whether the recorded process itself still runs; false when its pid belongs to another process by now. */
export function isSame(record: ProcessRecord | null | undefined): record is ProcessRecord {
  if (!record || startOf(record.pid) !== record.startedAt) return false;
  if (record.home === null) return true;
  // An environment that cannot be read tells nothing: then boot, pid and start time must do.
  const home = environmentOf(record.pid)?.get('BCSOURCE_HOME');
  return home === undefined || home === record.home;
}

/** Signals the recorded process, harder with each step, until it is gone. Never signals a pid that now belongs to another. */
export async function stopProcess(record: ProcessRecord, steps: readonly StopStep[]): Promise<boolean> {
  for (const step of steps) {
    if (!isSame(record)) return true;
    send(record.pid, step.signal);
    if (await isGone(record, step.waitMs)) return true;
  }
  return !isSame(record);
}

/** Waits until the recorded process is gone, at most so long; tells whether it is. */
export async function isGone(record: ProcessRecord, waitMs: number): Promise<boolean> {
  const deadline = Date.now() + waitMs;
  while (isSame(record)) {
    if (Date.now() > deadline) return false;
    await sleep(20);
  }
  return true;
}

/**
 * Finds living parts of a stack by the marks in their environment (Linux only, elsewhere none): also those that were
 * started just before their supervisor was killed and never reached the state file.
 */
export function findParts(home: string): { part: string; process: ProcessRecord }[] {
  const marked = allPids().flatMap((pid) => {
    const environment = environmentOf(pid);
    const part = environment?.get('BCSOURCE_PART');
    const process = part && environment?.get('BCSOURCE_HOME') === home ? identify(pid, home) : null;
    return part && process ? [{ part, process }] : [];
  });
  const pids = new Set(marked.map((each) => each.process.pid));
  // A part's own children inherit the marks; they end with it.
  return marked.filter((each) => !pids.has(parentOf(each.process.pid) ?? 0));
}

/** Pids of processes whose working directory is this folder (Linux only): a Postgres server and its backends. */
export function pidsWorkingIn(folder: string, readLink: (path: string) => string | null): number[] {
  return allPids().filter((pid) => readLink(`/proc/${pid}/cwd`) === folder);
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function startOf(pid: number): string | null {
  if (!Number.isSafeInteger(pid) || pid <= 0) return null;
  if (process.platform === 'linux') {
    const fields = statOf(pid);
    const isAlive = fields !== null && !['Z', 'X'].includes(fields[0] ?? 'X');
    return isAlive ? `${bootId()} ${fields[19]}` : null;
  }
  try {
    return (
      execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { env: { LC_ALL: 'C' } })
        .toString()
        .trim() || null
    );
  } catch {
    return null;
  }
}

/** The fields of /proc/PID/stat from the third on; the second, a name in brackets, may itself hold blanks and brackets. */
function statOf(pid: number): string[] | null {
  const stat = read(`/proc/${pid}/stat`);
  return stat === null ? null : stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function parentOf(pid: number): number | null {
  const parent = statOf(pid)?.[1];
  return parent === undefined ? null : Number(parent);
}

function bootId(): string {
  return read('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
}

function environmentOf(pid: number): Map<string, string> | null {
  const text = read(`/proc/${pid}/environ`);
  if (!text) return null;
  return new Map(
    text
      .split('\0')
      .map((entry) => entry.split('='))
      .map(([name = '', ...value]) => [name, value.join('=')]),
  );
}

function allPids(): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
