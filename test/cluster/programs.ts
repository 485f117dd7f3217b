import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { WORKER_ENVIRONMENT } from '../../local/parts.ts';
import { readFrom } from '../../local/child.ts';
import { waitFor } from '../helpers/wait.ts';
import type { Life } from './kept.ts';

const compiled = (path: string) => fileURLToPath(new URL(`../../dist/${path}`, import.meta.url));

export type Environment = Readonly<Record<string, string>>;

/** A program of the build, with nothing in its environment but what is given. */
export interface Program {
  path: string;
  args: readonly string[];
  environment: Environment;
  logFile: string;
}

const BARE = { PATH: process.env['PATH'], ...WORKER_ENVIRONMENT };

/** Starts a program whose output goes to its log, beside that of its earlier lives. */
export async function startLife({ path, args, environment, logFile }: Program): Promise<Life> {
  const log = openSync(logFile, 'a');
  const child = spawn(process.execPath, [compiled(path), ...args], {
    env: { ...BARE, ...environment },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const ended = once(child, 'exit');
  await once(child, 'spawn');
  return { pid: child.pid!, ended };
}

/** Waits until a log says this once more than `before` times. */
export function said(logFile: string, words: string, before = 0, waitMs = 120_000): Promise<true> {
  const times = async () => (await readFrom(logFile, 0)).split(words).length - 1;
  return waitFor(`${logFile} to say ${words}`, async () => (await times()) > before, waitMs);
}

export interface Outcome {
  exitCode: number;
  stdout: string;
  stderr: string;
  json<T = Record<string, unknown>>(): T;
}

/** Runs the bcsource command of the build to its end, with nothing in its environment but what is given. */
export async function runBare(args: readonly string[], environment: Environment, input = ''): Promise<Outcome> {
  const child = spawn(process.execPath, [compiled('client/cli/main.js'), ...args], {
    env: { ...BARE, ...environment },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  // One that ends before it has read says why.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  return { exitCode: code ?? -1, stdout, stderr, json: <T>() => JSON.parse(stdout) as T };
}
