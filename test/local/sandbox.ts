import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import ts from 'typescript';
import type { PartName, StackEvent } from '../../local/events.ts';
import type { StackOptions } from '../../local/stack.ts';
import { stackStatus } from '../../local/status.ts';
import { waitFor } from '../helpers/wait.ts';

const root = join(import.meta.dirname, '..', '..');

export const PARTS: readonly PartName[] = ['postgres', 'temporal', 'worker', 'simulator'];

/** A temporary folder with stand-ins for the worker and the simulator, and a runnable copy of local/. */
export interface Sandbox {
  folder: string;
  cliPath: string;
  simulatorPath: string;
  /** The folder of the compiled copy: supervisors are processes of plain Node. */
  compiled: string;
  remove: () => void;
}

/** A supervisor in a process of its own, as `bcsource dev` in the foreground is. */
export interface Foreground {
  pid: number;
  events: () => StackEvent[];
  exited: Promise<number | null>;
}

const CLI = `
if (process.argv[2] === 'migrate') { console.error('migrated ' + process.env.DATABASE_URL); process.exit(0); }
process.on('SIGTERM', () => process.exit(0));
console.error(JSON.stringify({ msg: 'worker ready', address: process.env.TEMPORAL_ADDRESS, api: process.env.BIGCOMMERCE_API_URL }));
setInterval(() => {}, 1_000_000);
`;

const SIMULATOR = `
import { createServer } from 'node:http';
const port = Number(process.argv[process.argv.indexOf('--port') + 1]);
createServer((_, response) => response.end('simulator')).listen(port, '127.0.0.1', () =>
  console.log(JSON.stringify({ url: 'http://127.0.0.1:' + port })));
`;

/** Makes a sandbox; one per test file is enough. */
export function makeSandbox(): Sandbox {
  const folder = mkdtempSync(join(tmpdir(), 'bcsource-local-'));
  chmodSync(folder, 0o755);
  const files = { cliPath: join(folder, 'cli.mjs'), simulatorPath: join(folder, 'simulator.mjs') };
  writeFileSync(files.cliPath, CLI);
  writeFileSync(files.simulatorPath, SIMULATOR);
  const compiled = compile();
  const remove = (): void =>
    [folder, join(compiled, '..')].forEach((path) => rmSync(path, { recursive: true, force: true }));
  return { folder, ...files, compiled, remove };
}

/** The options of a stack in this sandbox. */
export function stackOptions(sandbox: Sandbox, home: string): Omit<StackOptions, 'onEvent'> {
  return { home, simulator: true, cliPath: sandbox.cliPath, simulatorPath: sandbox.simulatorPath };
}

/** Starts a stack in the foreground of another process and waits until it is ready. */
export async function startForeground(
  sandbox: Sandbox,
  home: string,
  more: { simulator?: boolean; uid?: number; gid?: number; env?: NodeJS.ProcessEnv } = {},
): Promise<Foreground> {
  const { simulator = true, env, ...user } = more;
  const options = { ...stackOptions(sandbox, home), simulator };
  const child = spawn(process.execPath, [join(sandbox.compiled, 'supervise.js'), JSON.stringify(options)], {
    cwd: sandbox.folder,
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
    ...user,
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const events = (): StackEvent[] =>
    output
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as StackEvent);
  await waitFor('the stack to be ready', () => {
    const failed = events().find((event) => event.type === 'failed');
    if (failed) throw new Error(failed.message);
    return events().some((event) => event.type === 'ready');
  });
  return { pid: child.pid as number, events, exited };
}

/** Rows of a query to the Postgres of the stack in this home. */
export async function query(home: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: (await stackStatus(home)).databaseUrl! });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Ends a stack in the foreground as a person or the system does; answers its exit code. */
export async function stopForeground(stack: Foreground, signal: NodeJS.Signals): Promise<number | null> {
  process.kill(stack.pid, signal);
  return stack.exited;
}

function compile(): string {
  const cache = join(root, 'node_modules', '.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'bcsource-local-'));
  const target = join(folder, 'local');
  mkdirSync(target);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  const compilerOptions = {
    module: ts.ModuleKind.ESNext,
    target: ts.ScriptTarget.ES2023,
    rewriteRelativeImportExtensions: true,
    verbatimModuleSyntax: true,
  };
  for (const name of readdirSync(join(root, 'local'))) {
    if (!name.endsWith('.ts')) continue;
    const source = readFileSync(join(root, 'local', name), 'utf8');
    writeFileSync(join(target, name.replace(/ts$/, 'js')), ts.transpileModule(source, { compilerOptions }).outputText);
  }
  chmodSync(folder, 0o755);
  return target;
}
