import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, test } from '@jest/globals';
import { findParts, identify, isSame, stopProcess } from '../../local/processes.ts';
import { waitFor } from '../helpers/wait.ts';

const children: ChildProcess[] = [];

async function start(script: string, env: Record<string, string> = {}): Promise<number> {
  const child = spawn(process.execPath, ['-e', `${script}; console.log('up'); setInterval(() => {}, 1e6)`], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  await once(child.stdout as NodeJS.ReadableStream, 'data');
  return child.pid as number;
}

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

test('a process is stopped by its record', async () => {
  const record = identify(await start(''), null);
  expect(isSame(record)).toBe(true);
  expect(await stopProcess(record!, [{ signal: 'SIGTERM', waitMs: 5_000 }])).toBe(true);
  expect(isSame(record)).toBe(false);
});

test('a process that ignores the first signal gets the next one', async () => {
  const record = identify(await start("process.on('SIGTERM', () => {})"), null)!;
  const steps = [
    { signal: 'SIGTERM', waitMs: 100 },
    { signal: 'SIGKILL', waitMs: 5_000 },
  ] as const;
  expect(await stopProcess(record, steps)).toBe(true);
});

test('a pid that belongs to another process by now is not signalled', async () => {
  const pid = await start('');
  const earlier = { ...identify(pid, null)!, startedAt: 'another boot 1' };
  expect(await stopProcess(earlier, [{ signal: 'SIGKILL', waitMs: 0 }])).toBe(true);
  expect(identify(pid, null)).not.toBeNull();
});

const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux('a part of another home is not taken for ours', async () => {
  const pid = await start('', { BCSOURCE_HOME: '/elsewhere', BCSOURCE_PART: 'worker' });
  expect(isSame(identify(pid, '/here'))).toBe(false);
  expect(isSame(identify(pid, '/elsewhere'))).toBe(true);
});

onLinux('parts are found by the marks in their environment, and only parts', async () => {
  const home = `/home-of-${process.pid}`;
  const part = await start('', { BCSOURCE_HOME: home, BCSOURCE_PART: 'worker' });
  await start('', { BCSOURCE_HOME: home });
  const found = await waitFor('the part', () => (findParts(home).length > 0 ? findParts(home) : null));
  expect(found.map((each) => [each.part, each.process.pid])).toEqual([['worker', part]]);
});
