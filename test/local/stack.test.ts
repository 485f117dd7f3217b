import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { applyStackEnvironment } from '../../client/session.ts';
import { holderOf } from '../../local/claims.ts';
import type * as Detached from '../../local/detached.ts';
import { stackEnvironment } from '../../local/environment.ts';
import type { PartName } from '../../local/events.ts';
import { describeHome } from '../../local/home.ts';
import { findParts } from '../../local/processes.ts';
import { stackStatus, stopStack, type StackStatus } from '../../local/status.ts';
import { PARTS, query as queryStack, stopForeground } from './sandbox.ts';
import { type Foreground, makeSandbox, type Sandbox, stackOptions, startForeground } from './sandbox.ts';
import { waitFor } from '../helpers/wait.ts';

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

/** Commands use it, whatever the shell has set for servers elsewhere. */
async function usesStack({ databaseUrl, temporalAddress }: StackStatus): Promise<void> {
  const before = { ...process.env };
  try {
    delete process.env['DATABASE_URL'];
    delete process.env['TEMPORAL_ADDRESS'];
    Object.assign(process.env, { BCSOURCE_HOME: home, TEMPORAL_API_KEY: 'of-a-cloud', PGSSLMODE: 'require' });
    await applyStackEnvironment();
    const { DATABASE_URL, TEMPORAL_ADDRESS, TEMPORAL_API_KEY, PGSSLMODE } = process.env;
    expect([DATABASE_URL, TEMPORAL_ADDRESS]).toEqual([databaseUrl, temporalAddress]);
    expect([TEMPORAL_API_KEY, PGSSLMODE]).toEqual([undefined, undefined]);
  } finally {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  }
}

test('data of Postgres and Temporal survive stop and start, URLs stay, and a second start is quick', async () => {
  const { startDetachedStack } = await detached();
  const options = { ...stackOptions(sandbox, newHome()), onEvent: silent };
  const first = await startDetachedStack(options);
  await query('create table kept as select 42 as answer');
  await usesStack(first);
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

test('a start in the background that is given up leaves nothing running', async () => {
  const { startDetachedStack } = await detached();
  const giveUp = new AbortController();
  const onEvent = ({ message }: { message: string }): void => {
    if (message.startsWith('Starting Postgres')) giveUp.abort();
  };
  const starting = startDetachedStack({ ...stackOptions(sandbox, newHome()), onEvent }, giveUp.signal);
  await expect(starting).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
  expect(await holderOf(describeHome(home))).toBeNull();
  expect(findParts(home)).toEqual([]);
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
