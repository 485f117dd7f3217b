import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isLong } from '../helpers/form.ts';
import {
  acknowledged,
  byNumber,
  ordersMade,
  ordersNamed,
  plentifulSkus,
  requestFor,
  sendingSource,
  submit,
} from '../helpers/sending.ts';
import { waitFor } from '../helpers/wait.ts';
import { startMortalSystem } from './own-servers.ts';
import type { MortalSystem, Victim } from './own-servers.ts';
import { apply, randomOf } from './runs.ts';

const REQUESTS = isLong ? 300 : 12;
const KILLS = isLong ? 20 : 2;
const VICTIMS: Victim[][] = isLong
  ? [['worker'], ['postgres'], ['temporal'], ['worker', 'postgres'], ['worker', 'postgres', 'temporal']]
  : [['worker']];

/** What hits about a third of the POSTs: in each of these the store makes the order, or may have made it. */
const FAULTS = [
  { kind: 'lose-answer', probability: 0.12 },
  { kind: 'perform-then-5xx', probability: 0.08 },
  { kind: 'cut-body', probability: 0.06 },
  { kind: 'perform-then-5xx', status: 200, probability: 0.05 },
  { kind: 'html', status: 502, probability: 0.03 },
  { kind: 'hang', probability: 0.02 },
].map((fault) => ({ ...fault, method: 'POST', path: '/v2/orders' }));

describe('servers and workers that are killed with -9 while answers of the store are lost', () => {
  let system: MortalSystem;
  beforeAll(async () => {
    system = await startMortalSystem(['--preset', 'bulk', '--products', '5']);
    await apply(system.cli, sendingSource('acme'));
  }, 120_000);
  afterAll(() => system.stop());

  it(
    'make exactly one order of each request, and every request ends',
    async () => {
      const { simulator, db, cli } = system;
      const random = randomOf(REQUESTS);
      const skus = await plentifulSkus(simulator, 5);
      await simulator.control('PUT', 'settings', { ordersVisibleAfterMs: 2000 });
      await simulator.control('PUT', 'latency', { ms: 40, jitterMs: 40 });
      await simulator.control('PUT', 'faults', FAULTS);
      const numbers = Array.from({ length: REQUESTS }, (_, index) => `STORM-${1000 + index}`);
      const requests = numbers.map((number, index) => requestFor('acme', number, skus[index % 5]!));
      // In parts, one before each kill, so that something is always on its way.
      const part = Math.ceil(REQUESTS / KILLS);
      for (let kill = 0; kill < KILLS; kill++) {
        const before = (await ordersMade(simulator, 'STORM-')).length;
        await submit(cli, requests.slice(kill * part, (kill + 1) * part));
        const more = random(0, Math.floor(part / 3));
        const hasBegun = async () => (await ordersMade(simulator, 'STORM-')).length >= before + more;
        await waitFor(`${more} more orders`, hasBegun, 60_000);
        await system.killAndRestart(VICTIMS[random(0, VICTIMS.length - 1)]!);
      }
      const stored = await acknowledged(db, 'STORM-', isLong ? 600_000 : 180_000);
      expect(stored).toHaveLength(REQUESTS);
      expect((await ordersMade(simulator, 'STORM-')).sort(byNumber)).toEqual(ordersNamed(stored));
      expect(stored.flatMap(({ flags }) => flags)).toEqual([]);
    },
    isLong ? 1_800_000 : 300_000,
  );
});
