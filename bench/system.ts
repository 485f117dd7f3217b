import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectDatabase } from '../database/connect.ts';
import type { Database } from '../database/connect.ts';
import { WORKER_ENVIRONMENT } from '../local/parts.ts';
import { startEngine } from './engine.ts';
import type { EngineKind } from './engine.ts';

const compiled = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** The built program with everything that it needs, each part a process, for one measurement. */
export interface BenchSystem {
  db: Database;
  environment: NodeJS.ProcessEnv;
  simulatorUrl: string;
  /** Process ids of the servers, by what they are. */
  servers: Record<string, number>;
  control(method: string, path: string, body?: unknown): Promise<unknown>;
  /** What `make` answered at the first start on this folder. */
  remembered<T>(name: string, make: () => Promise<T> | T): Promise<T>;
  /** Runs a program of the build and gives back its standard output. */
  run(path: string, args: string[]): Promise<string>;
  /** As the embedded stack starts it; other `nodeArgs`, e.g. `--cpu-prof`, are for whoever looks for lost time. */
  startWorker(nodeArgs?: string[]): Promise<Started>;
  /** `bcsource serve` on this port. */
  startServer(port: number): Promise<Started>;
  /** Another program of the build that says when it is ready as a worker does, in a process like a worker's. */
  startProgram(path: string, args?: string[], nodeArgs?: string[]): Promise<Started>;
  stop(): Promise<void>;
}

export interface Started {
  pid: number;
  stop(): Promise<void>;
}

/** The largest memory that a process has had, in megabytes (Linux). */
export async function peakMemoryMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+)/.exec(status)![1]) / 1024;
}

/** The processor time that a process has used so far, in milliseconds (Linux, where a tick is 10 ms). */
export async function cpuMs(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** The memory that a process has now, in megabytes (Linux). */
export async function memoryMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024;
}

export async function startBenchSystem(simulatorArgs: string[], kind: EngineKind = 'embedded'): Promise<BenchSystem> {
  const { home, isKept } = await openHome();
  const remembered = async <T>(name: string, make: () => Promise<T> | T) => rememberIn(home, name, make);
  const state = isKept ? ['--state', join(home, 'store.journal')] : [];
  const [engine, simulator] = await Promise.all([
    startEngine(kind, home),
    start('simulator/main.js', ['--port', '0', ...state, ...simulatorArgs], process.env, /"url":"([^"]+)"/),
  ]);
  const db = connectDatabase(engine.postgresUrl, { poolSize: 4 });
  const environment = {
    ...process.env,
    DATABASE_URL: engine.postgresUrl,
    TEMPORAL_ADDRESS: engine.temporalAddress,
    BCSOURCE_ENCRYPTION_KEY: await remembered('key', () => randomBytes(32).toString('base64')),
    BIGCOMMERCE_API_URL: simulator.found,
    BCSOURCE_HOME: home,
    BCSOURCE_LOG_LEVEL: 'warn',
  };
  await runToEnd('client/cli/main.js', ['setup', '--json'], environment);
  const startLikeWorker = (path: string, args: string[], nodeArgs: string[] = []) => {
    const workerEnvironment = { ...environment, ...WORKER_ENVIRONMENT };
    return start(path, args, workerEnvironment, /(worker ready)/, nodeArgs);
  };
  return {
    db,
    environment,
    simulatorUrl: simulator.found,
    servers: engine.servers,
    remembered,
    control: (method, path, body) => control(simulator.found, method, path, body),
    run: (path, args) => runToEnd(path, args, environment),
    startWorker: (nodeArgs) => startLikeWorker('client/cli/main.js', ['worker'], nodeArgs),
    startServer: (port) => start('client/cli/main.js', ['serve', '--port', `${port}`], environment, /(serving)/),
    startProgram: (path, args = [], nodeArgs) => startLikeWorker(path, args, nodeArgs),
    async stop() {
      await db.destroy();
      await simulator.stop();
      await engine.stop();
      if (!isKept) await rm(home, { recursive: true, force: true });
    },
  };
}

/** A folder of this measurement's own, which goes with it; or `BENCH_HOME`, on which a later start goes on. */
async function openHome(): Promise<{ home: string; isKept: boolean }> {
  const kept = process.env['BENCH_HOME'];
  const home = kept ?? (await mkdtemp(join(tmpdir(), 'bcsource-bench-')));
  await mkdir(home, { recursive: true });
  await chmod(home, 0o711);
  return { home, isKept: kept !== undefined };
}

async function rememberIn<T>(home: string, name: string, make: () => Promise<T> | T): Promise<T> {
  const file = join(home, `${name}.json`);
  const stored = await readFile(file, 'utf8').catch(() => null);
  if (stored !== null) return JSON.parse(stored) as T;
  const made = await make();
  await writeFile(file, JSON.stringify(made), { mode: 0o600 });
  return made;
}

async function control(url: string, method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`${url}/_control/${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
  const text = await response.text();
  return text === '' ? undefined : JSON.parse(text);
}

async function start(
  path: string,
  args: string[],
  env: NodeJS.ProcessEnv,
  ready: RegExp,
  nodeArgs: string[] = [],
): Promise<Started & { found: string }> {
  const child = spawn(process.execPath, [...nodeArgs, compiled(path), ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const found = await outputMatching(child, ready, path);
  return {
    pid: child.pid!,
    found,
    async stop() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}

function outputMatching(child: ChildProcess, ready: RegExp, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const read = (chunk: Buffer) => {
      output = `${output}${chunk.toString()}`.slice(-20_000);
      const match = ready.exec(output);
      if (match) resolve(match[1]!);
    };
    child.stdout!.on('data', read);
    child.stderr!.on('data', read);
    child.once('exit', (code) => reject(new Error(`${path} ended with ${code}: ${output}`)));
  });
}

async function runToEnd(path: string, args: string[], env: NodeJS.ProcessEnv): Promise<string> {
  const child = spawn(process.execPath, [compiled(path), ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) throw new Error(`${path} ${args.join(' ')} ended with ${code}: ${output}`);
  return output;
}
