import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { amendRequest } from '../../database/fr-amend.ts';
import { HOUR, MINUTE, makeFrDocument, startWorld } from '../helpers/requests.ts';
import type { Request, World } from '../helpers/requests.ts';
import { waitFor } from '../helpers/wait.ts';
import { askedAbout } from './request-paths.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
}, 150_000);
afterAll(() => world.stop());

const inHours = async (hours: number) => new Date((await world.now()).getTime() + hours * HOUR);

describe('a request that is put in line by the quota', () => {
  /** The store says that its quota is used up, and another send has what is left of it. */
  async function fullSupplier(name: string, windowMs: number) {
    const supplier = await world.supplier(name);
    const governor = world.governors(supplier.hash);
    await governor.acquire('send');
    governor.release('send', { quota: { limit: 7, left: 3, windowMs, resetMs: windowMs } });
    const turn = world.governors.turnsOf(supplier.hash).take('send', { requests: 0 }, false);
    return { supplier, freeQuota: () => turn.isNow && turn.end() };
  }

  async function timersOf(fr: Request): Promise<number[]> {
    const { events } = await fr.handle.fetchHistory();
    return events!.flatMap(({ timerStartedEventAttributes: timer }) =>
      timer ? [Number(timer.startToFireTimeout!.seconds)] : [],
    );
  }

  it('waits until its turn, by one timer, and is sent then', async () => {
    const { supplier, freeQuota } = await fullSupplier('in-line', 6 * HOUR);
    const fr = await supplier.submit();
    const { nextStepAt } = await fr.says('quota of the store is used up');
    expect(nextStepAt!.getTime()).toBeGreaterThan((await inHours(5.9)).getTime());
    await fr.showsItsSentence();
    await world.pass(5 * HOUR);
    expect(await supplier.orders()).toEqual([]);
    freeQuota();
    expect(await fr.result()).toEqual({ processing: 'acknowledged' });
    expect((await fr.row()).acknowledgedAt!.getTime()).toBeGreaterThanOrEqual(nextStepAt!.getTime());
    expect(await fr.events()).toEqual(['accepted', 'put off', 'sending', 'acknowledged']);
    expect(await timersOf(fr)).toHaveLength(1);
  });

  it('comes back at its turn however often that came to nothing', async () => {
    const { supplier, freeQuota } = await fullSupplier('in-vain', 500);
    const fr = await supplier.submit();
    await waitFor('six turns in vain', async () => {
      await world.pass(1000);
      return (await timersOf(fr)).length >= 6;
    });
    freeQuota();
    expect(await fr.result()).toEqual({ processing: 'acknowledged' });
    expect(Math.max(...(await timersOf(fr)))).toBeLessThanOrEqual(1);
  });

  it('can be canceled meanwhile', async () => {
    const { supplier } = await fullSupplier('line-left', 6 * HOUR);
    const fr = await supplier.submit();
    await fr.says('quota of the store is used up');
    expect(await fr.ask('cancel')).toContain('nothing was sent');
    expect(await fr.result()).toEqual({ processing: 'canceled' });
    expect(await supplier.orders()).toEqual([]);
  });
});

describe('a request that is checked while its store is away', () => {
  const away = { kind: 'status', status: 503, method: 'GET', path: '/v3/catalog' };

  it.each(['ask', 'signal'] as const)('is canceled at once (%s), and asked about no more', async (how) => {
    const supplier = await world.supplier(`away-${how}`, { holdHours: 2 });
    await supplier.control('PUT', 'faults', [away]);
    const fr = await supplier.submit();
    await fr.says('On hold until');
    await fr[how]('cancel');
    expect(await fr.result()).toEqual({ processing: 'canceled' });
    const { releasedAt, canceledAt } = await fr.row();
    const { closeTime } = await fr.handle.describe();
    // Long before the check would be given up.
    expect(canceledAt!.getTime() - releasedAt!.getTime()).toBeLessThan(5 * MINUTE);
    expect(closeTime!.getTime() - canceledAt!.getTime()).toBeLessThan(5 * MINUTE);
  });

  it('is checked anew after it was told something else, and stays on hold', async () => {
    const supplier = await world.supplier('away-told', { holdHours: 2 });
    await supplier.control('PUT', 'faults', [away]);
    const fr = await supplier.submit();
    await fr.says('On hold until');
    const longer = await inHours(5);
    expect(await fr.ask('hold', longer.toISOString())).toContain('held until');
    await supplier.control('PUT', 'faults', []);
    await fr.until('checked', (row) => row.checkedAt !== null);
    expect((await fr.row()).nextStepAt).toEqual(longer);
    expect(await supplier.orders()).toEqual([]);
  });
});

describe('a request whose store takes its time with the check', () => {
  /** A request for what the store does not sell, whose check is under way. */
  async function checkedSlowly(name: string) {
    const fr = await askedAbout(await world.supplier(name, { holdHours: 2 }), {
      lines: [{ sku: 'no-such', quantity: 1 }],
    });
    await fr.says('On hold until');
    return fr;
  }

  it('is canceled at once; what the check finds is not told of it, and its workflow ends after the check', async () => {
    const fr = await checkedSlowly('slow-cancel');
    expect(await fr.ask('cancel')).toContain('nothing was sent');
    expect((await fr.row()).processing).toBe('canceled');
    expect(await fr.result()).toEqual({ processing: 'canceled' });
    // No step is under way any more.
    await fr.standsStill();
    expect(await fr.row()).toMatchObject({ checkedAt: null, reasonCode: null });
    expect(await fr.events()).toEqual(['accepted', 'canceled']);
  });

  it('is checked again when its settings changed meanwhile', async () => {
    const fr = await checkedSlowly('slow-settings');
    await fr.signal('settingsChanged');
    await waitFor('another check', async () => (await fr.scheduled('checkRequest')).length === 2);
    await fr.says('no-such');
  });

  it('is not checked again for what changes nothing that is checked', async () => {
    const fr = await checkedSlowly('slow-hold');
    expect(await fr.ask('hold', (await inHours(5)).toISOString())).toContain('held until');
    await fr.says('no-such');
    await fr.standsStill();
    expect(await fr.scheduled('checkRequest')).toHaveLength(1);
  });

  it('is checked again when it was amended meanwhile', async () => {
    const fr = await checkedSlowly('slow-amend');
    const lines = [{ sku: 'none-such', quantity: 1 }];
    const document = makeFrDocument({ number: fr.number, source: fr.source, lines });
    expect(await amendRequest(world.db, fr.id, document, await world.now())).toMatchObject({ outcome: 'amended' });
    await fr.signal('amended');
    await fr.says('none-such');
    expect(await fr.scheduled('checkRequest')).toHaveLength(2);
  });
});

describe('a request whose store takes its time while it is sent', () => {
  const slowly = (path: string, method: string) => [{ kind: 'delay', delayMs: 2000, method, path }];

  it('is canceled at once, is not posted, and its workflow ends after the step', async () => {
    const supplier = await world.supplier('send-canceled');
    const fr = await askedAbout(supplier);
    expect(await fr.ask('cancel')).toContain('nothing was sent');
    expect(await fr.result()).toEqual({ processing: 'canceled' });
    await fr.standsStill();
    expect(await supplier.orders()).toEqual([]);
    expect(await fr.events()).toEqual(['accepted', 'canceled']);
  });

  it('is held at once, says so while the step goes on, and is sent when the hold is over', async () => {
    const supplier = await world.supplier('send-held');
    const fr = await askedAbout(supplier);
    const longer = await inHours(5);
    expect(await fr.ask('hold', longer.toISOString())).toContain('held until');
    const { nextStepAt } = await fr.says('On hold until');
    expect(nextStepAt).toEqual(longer);
    await fr.showsItsSentence();
    await fr.standsStill();
    expect(await fr.stepsDuring('sendRequest')).toEqual(['applyMessage', 'nextStep']);
    expect(await supplier.orders()).toEqual([]);
    expect(await fr.row()).toMatchObject({ processing: 'processing', nextStepAt: longer });
    expect(await fr.result()).toEqual({ processing: 'acknowledged' });
    expect((await fr.row()).acknowledgedAt!.getTime()).toBeGreaterThanOrEqual(longer.getTime());
    expect(await supplier.orders()).toHaveLength(1);
  });

  it('heeds what comes after the first thing that it was told', async () => {
    const supplier = await world.supplier('send-told-twice');
    const fr = await askedAbout(supplier);
    expect(await fr.ask('hold', (await inHours(5)).toISOString())).toContain('held until');
    expect(await fr.ask('cancel')).toContain('nothing was sent');
    expect(await fr.result()).toEqual({ processing: 'canceled' });
    expect(await fr.events()).toEqual(['accepted', 'held', 'canceled']);
  });

  it('answers with what came of it when it is being posted already', async () => {
    const supplier = await world.supplier('send-posted');
    await supplier.control('PUT', 'faults', slowly('/v2/orders', 'POST'));
    const fr = await supplier.submit();
    await fr.says('being sent');
    await expect(fr.ask('hold', (await inHours(5)).toISOString())).rejects.toMatchObject({
      cause: { message: expect.stringContaining('was already sent as BigCommerce order') },
    });
    expect(await fr.result()).toEqual({ processing: 'acknowledged' });
    expect(await fr.events()).toEqual(['accepted', 'sending', 'acknowledged']);
    expect(await supplier.orders()).toHaveLength(1);
  });
});
