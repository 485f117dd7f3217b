import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { waitFor } from './wait.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const compiled = (path: string) => `${root}dist/${path}`;

type Environment = Record<string, string | undefined>;

function plain(environment: Environment): NodeJS.ProcessEnv {
  // Jest's own options must not reach the processes under test.
  return { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1', ...environment };
}

export interface RunningProcess {
  pid: number;
  child: ChildProcess;
  output(): string;
  /** Ends it by a signal and waits until it is gone. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts a compiled program as a process of its own, ready when its output says so. */
export async function startProcess(
  path: string,
  args: string[],
  environment: Environment,
  ready: RegExp,
): Promise<RunningProcess> {
  const child = spawn(process.execPath, [compiled(path), ...args], {
    env: plain(environment),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = once(child, 'exit');
  await waitFor(`${path} to be ready`, () => {
    if (child.exitCode !== null) throw new Error(`${path} ended with ${child.exitCode}`);
    return ready.test(output);
  }).catch((error: unknown) => {
    // Nobody gets a handle of it: left alone it would go on beside what comes next.
    child.kill('SIGKILL');
    throw new Error(`${(error as Error).message}: ${output}`);
  });
  return {
    pid: child.pid!,
    child,
    output: () => output,
    async stop(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      await exited;
    },
  };
}

export interface CommandResult {
  exitCode: number;
  stdout: string;
  stderr: string;
  /** Standard output as the one JSON document that it has to be. */
  json<T = Record<string, unknown>>(): T;
  /** Standard output as one JSON document a line; none where there is nothing. */
  jsonLines<T = Record<string, unknown>>(): T[];
}

/** Starts the compiled bcsource command; its streams are pipes. Detached, it leads a group, as in a terminal. */
export function startCommand(
  args: string[],
  environment: Environment,
  { detached = false }: { detached?: boolean } = {},
): ChildProcess {
  return spawn(process.execPath, [compiled('client/cli/main.js'), ...args], { env: plain(environment), detached });
}

/** Runs the compiled bcsource command to its end. */
export async function runCommand(
  args: string[],
  environment: Environment,
  input?: string,
  cwd?: string,
  program = 'client/cli/main.js',
): Promise<CommandResult> {
  // Most live for half a second, in which what V8 optimizes is never earned back.
  const child = spawn(process.execPath, ['--no-opt', compiled(program), ...args], {
    env: plain(environment),
    ...(cwd ? { cwd } : {}),
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdin.end(input ?? '');
  const [code] = (await once(child, 'close')) as [number | null];
  return {
    ...{ exitCode: code ?? -1, stdout, stderr },
    json: <T>() => JSON.parse(stdout) as T,
    jsonLines: <T>() => (stdout === '' ? [] : stdout.trim().split('\n')).map((line) => JSON.parse(line) as T),
  };
}

/** That the doctor finds nothing amiss. It gives each check some seconds, which are few on a busy machine. */
export function doctorFindsNothing(environment: Environment): Promise<unknown> {
  return waitFor('the doctor to find nothing', async () => {
    const { checks } = (await runCommand(['doctor', '--json'], environment)).json<{ checks: { status: string }[] }>();
    return checks.every(({ status }) => status !== 'problem');
  });
}
