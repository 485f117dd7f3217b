import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { keep } from '../cluster/kept.ts';
import type { Kept } from '../cluster/kept.ts';
import { PROGRAMS, SERVERS } from '../cluster/names.ts';
import { waitFor } from '../helpers/wait.ts';
import { burn } from './fire/burning.ts';
import type { Fuel } from './fire/burning.ts';
import { openLink } from './fire/link.ts';
import type { Deed, LinkName, Victim } from './fire/plan.ts';

const server = createServer((socket) => void socket.on('error', () => undefined).pipe(socket));
const kept = {} as Record<Victim, Kept>;
const links = {} as Fuel['links'];
let dead: number;

async function sleeper() {
  const child = spawn('sleep', ['1000']);
  await once(child, 'spawn');
  return { pid: child.pid!, ended: once(child, 'exit') };
}

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  for (const link of ['postgres', 'temporal', 'store'] as const)
    links[link] = await openLink((server.address() as AddressInfo).port);
  for (const name of [...PROGRAMS, ...SERVERS]) kept[name] = keep(name, sleeper);
  const gone = await sleeper();
  process.kill(gone.pid);
  await gone.ended;
  dead = gone.pid;
});
afterAll(async () => {
  for (const each of Object.values(kept)) await each.stop();
  for (const link of Object.values(links)) await link.stop();
  server.close();
});

const kill = (victim: Victim): Deed => ({ afterMs: 0, do: 'kill', victim });
const trouble = (kind: 'reset' | 'delay' | 'cut', link: LinkName): Deed => ({ afterMs: 0, do: kind, link, ms: 1 });

it('counts the lives that it has ended, whom it froze, and who was on a way in trouble', async () => {
  for (const link of [links.temporal, links.store]) {
    const caller = connect({ port: link.port, host: '127.0.0.1' });
    caller.on('error', () => undefined).write('hello');
    await once(caller, 'data');
  }
  const plan: Deed[] = [
    ...[kill('worker-1'), kill('worker-2'), kill('worker-1'), kill('postgres')],
    { afterMs: 0, do: 'freeze', victim: 'serve', ms: 1 },
    ...[trouble('cut', 'store'), trouble('delay', 'postgres'), trouble('reset', 'temporal')],
  ];
  const hits = await burn({ kept, links }, plan, () => undefined);
  expect(hits).toEqual({
    kills: { workers: 3, temporal: 0, postgres: 1, simulator: 0, serve: 0 },
    freezes: 1,
    troubles: { reset: 2, delay: 0, cut: 2 },
  });
  await waitFor('whoever was killed to live again', () => kept['worker-1'].lives() === 3);
});

it('waits for a life that its kill ends where the last one has just ended by itself', async () => {
  const { pid } = kept.simulator;
  let looks = 0;
  const late: Kept = { ...kept.simulator, pid: () => (++looks === 1 ? dead : pid()) };
  const living = pid()!;
  const { kills } = await burn({ kept: { ...kept, simulator: late }, links }, [kill('simulator')], () => undefined);
  expect(kills.simulator).toBe(1);
  expect(() => process.kill(living, 0)).toThrow('ESRCH');
});
