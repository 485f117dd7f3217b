import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { openSupplier } from '../e2e/supplier.ts';
import { stopSystem } from '../e2e/support.ts';
import { isLong } from '../helpers/form.ts';
import { startSystem } from '../helpers/system.ts';
import type { TestSystem } from '../helpers/system.ts';
import { ShippingModel, followFeed, packagesOf, storedStates } from './shipping-model.ts';
import type { Deed } from './shipping-model.ts';

const numRuns = Number(process.env['BCSOURCE_TEST_RUNS'] ?? (isLong ? 300 : 1));
/** Stories that are told side by side, each with a store of its own: one alone waits most of the time. */
const lanes = isLong ? 4 : 1;
/** The store has four products: the last two lines are of one SKU each with a line before. */
const REQUESTS = { 'PO-1': [1], 'PO-2': [2, 1], 'PO-3': [3, 2, 1], 'PO-4': [2, 1, 1, 1, 1, 2] };

const [order, shipment, line] = [fc.nat(3), fc.nat(5), fc.nat(5)];
const ended = ['canceled', 'declined', 'refunded'] as const;
const status = fc.constantFrom(...ended, 'completed' as const, 'awaiting fulfillment' as const);
const quantity = fc.integer({ min: 1, max: 3 });
const tracked = fc.boolean();
const text = fc.constantFrom('1Z1', '1Z2');
const deed: fc.Arbitrary<Deed> = fc.oneof(
  { arbitrary: fc.record({ do: fc.constant('ship' as const), order, line, quantity, tracked }), weight: 8 },
  { arbitrary: fc.record({ do: fc.constant('type tracking' as const), order, shipment, text }), weight: 2 },
  fc.record({ do: fc.constant('repack' as const), order, shipment, line, quantity }),
  fc.record({ do: fc.constant('delete shipment' as const), order, shipment }),
  { arbitrary: fc.record({ do: fc.constant('set status' as const), order, status }), weight: 2 },
  fc.record({ do: fc.constant('archive' as const), order }),
  fc.record({ do: fc.constant('restore' as const), order }),
);
type Step = Deed | { do: 'look'; all: boolean } | { do: 'touch'; shipmentTouchesOrder: boolean };
const look = fc.record({ do: fc.constant('look' as const), all: fc.boolean() });
const quiet = fc.record({ do: fc.constant('touch' as const), shipmentTouchesOrder: fc.boolean() });
const step: fc.Arbitrary<Step> = fc.oneof<fc.MaybeWeightedArbitrary<Step>[]>(
  { arbitrary: deed, weight: 6 },
  look,
  quiet,
);
const story = fc.array(step, { minLength: isLong ? 4 : 20, maxLength: 24 });

describe('random shipments, edits, deletions and cancellations between runs', () => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await startSystem(['--products', '0']);
  });
  afterAll(() => stopSystem(system));

  /** Lives a story with a store of its own; afterwards everything that is stored is as in the store. */
  async function live(name: string, steps: readonly Step[]): Promise<void> {
    const supplier = await openSupplier(system, name);
    await supplier.apply();
    const model = new ShippingModel(supplier, REQUESTS, await supplier.send(REQUESTS));
    const sync = async (all: boolean) => {
      expect(await supplier.sync(all ? { all } : {})).toMatchObject({ status: 'completed' });
      await model.noteLook();
    };
    for (const step of steps) {
      if (step.do === 'look') await sync(step.all);
      else if (step.do === 'touch') {
        const { shipmentTouchesOrder } = step;
        await supplier.control('PUT', 'settings', { shipmentTouchesOrder });
      } else await model.perform(step);
    }
    await sync(true);
    const expected = model.expected();
    const { db } = system.database;
    expect(await storedStates(db, supplier, Object.keys(REQUESTS))).toEqual(expected);
    const { sourceId } = await supplier.request('PO-1');
    expect(await followFeed(db, sourceId)).toEqual(packagesOf(expected));
  }

  it(
    'end with lines, states, packages and change feed equal to the truth of the store',
    async () => {
      let stories = 0;
      const property = fc.asyncProperty(story, (steps) => live(`model-${++stories}`, steps));
      const options = { numRuns: Math.ceil(numRuns / lanes), ...(isLong ? {} : { seed: 6 }), endOnFailure: !isLong };
      const ends = await Promise.allSettled(Array.from({ length: lanes }, () => fc.assert(property, options)));
      for (const end of ends) if (end.status === 'rejected') throw end.reason;
      expect(stories).toBeGreaterThanOrEqual(numRuns);
    },
    isLong ? 1_800_000 : 60_000,
  );
});
