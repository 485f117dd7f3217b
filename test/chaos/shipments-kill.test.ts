import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openSupplier } from '../e2e/supplier.ts';
import type { Supplier } from '../e2e/supplier.ts';
import { closeSession } from '../e2e/support.ts';
import { isLong } from '../helpers/form.ts';
import { waitFor } from '../helpers/wait.ts';
import { startMortalSystem } from './own-servers.ts';
import type { MortalSystem, Victim } from './own-servers.ts';
import { ended, randomOf, seeds } from './runs.ts';
import { ShippingModel, followFeed, packagesOf, storedStates } from './shipping-model.ts';
import type { Deed } from './shipping-model.ts';

const REQUESTS = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`PO-${index}`, [2, 1]]));
const VICTIMS: Victim[][] = [['worker'], ['postgres'], ['temporal'], ['postgres', 'temporal', 'worker']];
const all = seeds(1, 20).flatMap((seed) => VICTIMS.map((victims) => ({ seed, victims, names: victims.join(', ') })));
/** The quickest to come back. */
const cases = isLong ? all : all.filter(({ names }) => names === 'postgres');

describe('what is killed with -9 in the middle of a run of Get Shipments', () => {
  let system: MortalSystem;
  beforeAll(async () => {
    system = await startMortalSystem(['--products', '0']);
  }, 120_000);
  afterAll(async () => {
    await closeSession();
    await system.stop();
  });

  async function ledgerOf({ control }: Supplier): Promise<number> {
    const { requests } = await control<{ requests: { path: string }[] }>('GET', 'ledger/requests');
    return requests.filter(({ path }) => path.includes('/shipments')).length;
  }

  async function start(name: string, ...options: string[]): Promise<string> {
    const result = await system.cli(['shipments', 'sync', name, ...options, '--json']);
    if (result.exitCode !== 0) throw new Error(result.stdout + result.stderr);
    return result.json<{ runId: string }>().runId;
  }

  function deeds(random: (low: number, high: number) => number): Deed[] {
    return Array.from({ length: 30 }, (): Deed => {
      const place = { order: random(0, 11), shipment: random(0, 3), line: random(0, 1) };
      if (random(1, 10) <= 6) return { ...place, do: 'ship', quantity: random(1, 2), tracked: random(0, 1) === 1 };
      if (random(0, 1) === 1) return { ...place, do: 'type tracking', text: '1Z2' };
      if (random(0, 2) === 0) return { ...place, do: 'delete shipment' };
      return { ...place, do: 'set status', status: random(0, 1) === 1 ? 'canceled' : 'awaiting fulfillment' };
    });
  }

  it.each(cases)(
    'loses nothing and tells nothing twice ($names, seed $seed)',
    async ({ seed, victims }) => {
      const random = randomOf(seed * 100 + victims.join().length);
      const supplier = await openSupplier(
        { ...system, database: { db: system.db } },
        `kill-${seed}-${victims.join('')}`,
      );
      await supplier.apply();
      const model = new ShippingModel(supplier, REQUESTS, await supplier.send(REQUESTS));
      for (const deed of deeds(random)) await model.perform(deed);
      await ended(system.db, await start(supplier.name));
      await model.noteLook();
      for (const deed of deeds(random)) await model.perform(deed);
      await supplier.control('PUT', 'latency', { ms: 80, jitterMs: 40 });
      await supplier.control('DELETE', 'ledger');
      // Every other one is hit while it reads what has changed.
      const isAll = seed % 2 === 0;
      const runId = await start(supplier.name, ...(isAll ? ['--all'] : []));
      // Not all of them have changed.
      const killAt = random(1, isAll ? 10 : 6);
      await waitFor(`request ${killAt} for shipments`, async () => (await ledgerOf(supplier)) >= killAt);
      await system.killAndRestart(victims);
      expect(await ended(system.db, runId, 180_000)).toMatchObject({ status: 'completed', reason: null });
      await model.noteLook();
      const expected = model.expected();
      expect(await storedStates(system.db, supplier, Object.keys(REQUESTS))).toEqual(expected);
      const { sourceId } = await supplier.request('PO-0');
      expect(await followFeed(system.db, sourceId)).toEqual(packagesOf(expected));
    },
    200_000,
  );
});
