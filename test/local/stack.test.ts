import { spawn } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import type * as Detached from '../../local/detached.ts';
import { stackEnvironment } from '../../local/environment.ts';
import type { PartName } from '../../local/events.ts';
import { identify } from '../../local/processes.ts';
import { stackStatus, stopStack, type StackStatus } from '../../local/status.ts';
import { query as queryStack, stopForeground } from './sandbox.ts';
import { type Foreground, makeSandbox, type Sandbox, stackOptions, startForeground } from './sandbox.ts';
import { waitFor } from '../helpers/wait.ts';

const PARTS: readonly PartName[] = ['postgres', 'temporal', 'worker', 'simulator'];
const silent = (): void => undefined;

let sandbox: Sandbox;
let home: string;
let count = 0;

beforeAll(() => {
  sandbox = makeSandbox();
});

afterAll(() => sandbox.remove());

afterEach(async () => {
  await stopStack(home, silent);
});

function newHome(): string {
  count += 1;
  home = join(sandbox.folder, `home-${count}`);
  return home;
}

const query = (sql: string): Promise<unknown[]> => queryStack(home, sql);

async function withTemporal<T>(use: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address: (await stackStatus(home)).temporalAddress! });
  try {
    return await use(new Client({ connection }));
  } finally {
    await connection.close();
  }
}

async function detached(): Promise<typeof Detached> {
  return (await import(join(sandbox.compiled, 'detached.js'))) as typeof Detached;
}

async function stop(stack: Foreground): Promise<void> {
  expect(await stopForeground(stack, 'SIGINT')).toBe(0);
}

test('data of Postgres and Temporal survive stop and start, URLs stay, and a second start is quick', async () => {
  const { startDetachedStack } = await detached();
  const options = { ...stackOptions(sandbox, newHome()), onEvent: silent };
  const first = await startDetachedStack(options);
  await query('create table kept as select 42 as answer');
  await withTemporal((client) =>
    client.workflow.start('anything', {
      taskQueue: 'nobody',
      workflowId: 'kept',
      searchAttributes: { BcSource: ['acme'], BcNextStepAt: [new Date()] },
    }),
  );
  expect(await stopStack(home, silent)).toBe(true);
  expect(await stackStatus(home)).toMatchObject({
    running: false,
    databaseUrl: null,
    pids: { postgres: null, worker: null },
  });
  expect(await stackEnvironment(home)).toBeNull();

  const startedAt = Date.now();
  const second = await startDetachedStack(options);
  expect(Date.now() - startedAt).toBeLessThan(10_000);
  expect({ ...second, pids: null }).toEqual({ ...first, pids: null });
  expect(await query('select answer from kept')).toEqual([{ answer: 42 }]);
  const status = await withTemporal((client) => client.workflow.getHandle('kept').describe());
  expect(status.status.name).toBe('RUNNING');
});

test('whatever is killed is restarted, said so, and has its data', async () => {
  const stack = await startForeground(sandbox, newHome());
  const before = await stackStatus(home);
  await query('create table kept as select 42 as answer');
  for (const part of PARTS) {
    process.kill(before.pids[part]!, 'SIGKILL');
    await waitFor(`${part} to be restarted`, () =>
      stack.events().some((event) => event.type === 'restarted' && event.part === part),
    );
    const died = stack.events().find((event) => event.type === 'died' && event.part === part);
    expect(died?.message).toContain('SIGKILL');
  }
  const after = await stackStatus(home);
  for (const part of PARTS) expect(after.pids[part]).not.toBe(before.pids[part]);
  expect({ ...after, pids: null }).toEqual({ ...before, pids: null });
  expect(await query('select answer from kept')).toEqual([{ answer: 42 }]);
  await stop(stack);
  expect(stack.events().flatMap(({ type, part }) => (type === 'progress' && part ? [part] : []))).toEqual([
    'worker',
    'simulator',
    'temporal',
    'postgres',
  ]);
});

test('parts that outlive a killed supervisor are usable, and ended by the next start', async () => {
  const first = await startForeground(sandbox, newHome());
  const before = await stackStatus(home);
  process.kill(first.pid, 'SIGKILL');
  await first.exited;
  expect(await stackStatus(home)).toEqual(before);
  const second = await startForeground(sandbox, home);
  for (const part of PARTS) expect(identify(before.pids[part]!, null)).toBeNull();
  await stop(second);
});

test('parts that outlive a killed supervisor are ended by stop, also when the state file is lost', async () => {
  const stack = await startForeground(sandbox, newHome());
  const { pids } = await stackStatus(home);
  process.kill(stack.pid, 'SIGKILL');
  await stack.exited;
  if (process.platform === 'linux') writeFileSync(join(home, 'stack.json'), 'half a fi');
  expect(await stopStack(home, silent)).toBe(true);
  for (const part of PARTS) expect(identify(pids[part]!, null)).toBeNull();
});

test('everything killed at once, with pids that others have by now, does not block the next start', async () => {
  const first = await startForeground(sandbox, newHome());
  await query('create table kept as select 42 as answer');
  const before = await stackStatus(home);
  killAll(first, before);
  await first.exited;
  const foreigner = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], { stdio: 'ignore' });
  try {
    givePidsTo(foreigner.pid!);
    const second = await startForeground(sandbox, home);
    expect(await query('select answer from kept')).toEqual([{ answer: 42 }]);
    await stop(second);
    expect(foreigner.exitCode ?? foreigner.signalCode).toBeNull();
  } finally {
    foreigner.kill('SIGKILL');
  }
});

test('a second start of one home is refused in the foreground and waits for the first when detached', async () => {
  const { startDetachedStack } = await detached();
  newHome();
  const options = { ...stackOptions(sandbox, home), onEvent: silent };
  const [one, other] = await Promise.all([startDetachedStack(options), startDetachedStack(options)]);
  expect(one).toEqual(other);
  await expect(startForeground(sandbox, home)).rejects.toThrow(/already in the hands of process/);
  expect((await stackStatus(home)).pids).toEqual(one.pids);
});

test('a part that cannot start fails the start with the end of its log, and nothing is left running', async () => {
  const cliPath = join(sandbox.folder, 'broken.mjs');
  writeFileSync(cliPath, "if (process.argv[2] === 'worker') { console.error('no such task queue'); process.exit(3); }");
  newHome();
  await expect(startForeground({ ...sandbox, cliPath }, home)).rejects.toThrow(/exit code 3[^]*no such task queue/);
  expect((await stackStatus(home)).running).toBe(false);
  expect(await stopStack(home, silent)).toBe(false);
});

test('a second Ctrl-C waits for nobody', async () => {
  const cliPath = join(sandbox.folder, 'stubborn.mjs');
  writeFileSync(cliPath, readFileSync(sandbox.cliPath, 'utf8').replace('process.exit(0));\n', '{});\n'));
  const stack = await startForeground({ ...sandbox, cliPath }, newHome());
  process.kill(stack.pid, 'SIGINT');
  await waitFor('the worker to be asked', () => stack.events().some((event) => event.part === 'worker'));
  const startedAt = Date.now();
  await stop(stack);
  expect(Date.now() - startedAt).toBeLessThan(15_000);
  expect((await stackStatus(home)).pids).toEqual({ postgres: null, temporal: null, worker: null, simulator: null });
});

test('the worker gets the settings of this stack, and none of another cluster', async () => {
  const env = { TEMPORAL_ADDRESS: 'cloud.example:7233', TEMPORAL_API_KEY: 'secret', PGSSLMODE: 'require' };
  const stack = await startForeground(sandbox, newHome(), { env });
  const settings = (await stackEnvironment(home))!;
  const status = await stackStatus(home);
  expect(settings).toMatchObject({ DATABASE_URL: status.databaseUrl, TEMPORAL_ADDRESS: status.temporalAddress });
  expect(Buffer.from(settings.BCSOURCE_ENCRYPTION_KEY!, 'base64')).toHaveLength(32);
  expect(statSync(join(home, 'encryption.key')).mode & 0o777).toBe(0o600);
  const worker = readFileSync(join(home, 'logs', 'worker.log'), 'utf8');
  expect(worker).toContain(`"address":"${status.temporalAddress}","api":"${status.simulatorUrl}"`);
  if (process.platform === 'linux') {
    expect(readFileSync(`/proc/${status.pids.worker}/environ`, 'utf8')).not.toMatch(/TEMPORAL_API_KEY|PGSSLMODE/);
  }
  await stop(stack);
});

function killAll(stack: Foreground, status: StackStatus): void {
  for (const pid of [stack.pid, ...PARTS.map((part) => status.pids[part]!)]) process.kill(pid, 'SIGKILL');
}

function givePidsTo(pid: number): void {
  const file = join(home, 'stack.json');
  const state = JSON.parse(readFileSync(file, 'utf8')) as { processes: Record<PartName, { pid: number }> };
  for (const part of PARTS) state.processes[part].pid = pid;
  writeFileSync(file, JSON.stringify(state));
  const postmaster = join(home, 'postgres', 'data', 'postmaster.pid');
  writeFileSync(postmaster, readFileSync(postmaster, 'utf8').replace(/^\d+/, String(pid)));
}
