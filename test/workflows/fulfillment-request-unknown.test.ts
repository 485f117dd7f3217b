import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HOUR, MINUTE, startWorld } from '../helpers/requests.ts';
import type { Request, Supplier, World } from '../helpers/requests.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
}, 150_000);
afterAll(() => world.stop());

const rules = { firstLookSeconds: 30, resendAfterSeconds: 180, giveUpMinutes: 15 };

/** A request whose POST came to `fault`, up to the moment in which nobody knows what became of it. */
async function lose(name: string, fault: Record<string, unknown>, more: Record<string, unknown>[] = []) {
  const supplier = await world.supplier(name, { unknownOutcome: rules });
  await supplier.spoilPosts(fault, more);
  const fr = await supplier.submit();
  await fr.says('^Nobody knows yet');
  return { supplier, fr };
}

/** The look-up before the POST is answered, later ones are not. */
const deaf = { after: 1, kind: 'status', status: 503, method: 'GET', path: '/v2/orders' };

/** Who asked about the order, and how long after the attempt's end, in seconds. */
async function looksOf(fr: Request): Promise<number[]> {
  const unknown = (await fr.timeline()).find(({ event }) => event === 'outcome unknown');
  const asked = await fr.scheduled('lookForOrder');
  return asked.map((at) => Math.round((at - unknown!.at.getTime()) / 1000));
}

async function expectOneOrder(supplier: Supplier, fr: Request): Promise<void> {
  const orders = await supplier.orders();
  expect(orders).toMatchObject([{ externalOrderId: fr.number }]);
  expect((await fr.row()).bigcommerceOrderId).toBe(orders[0]!.orderId);
}

describe('an order whose answer was lost', () => {
  it('is looked for after the time that the settings say, and adopted', async () => {
    const { supplier, fr } = await lose('lost', { kind: 'lose-answer' });
    await fr.showsItsSentence();
    expect(await fr.result()).toEqual({ processing: 'acknowledged' });
    await expectOneOrder(supplier, fr);
    const looks = await looksOf(fr);
    expect(looks.at(-1)).toBeGreaterThanOrEqual(rules.firstLookSeconds);
    expect((await fr.timeline()).at(-1)!.detail).toMatch(/^found as BigCommerce order/);
  });

  it('is not looked for sooner because a run lets it go meanwhile', async () => {
    const { supplier, fr } = await lose('let-go', { kind: 'lose-answer' });
    await fr.signal('sendNow', randomUUID());
    await fr.standsStill();
    expect((await fr.row()).processing).toBe('sending');
    expect(await fr.result()).toEqual({ processing: 'acknowledged' });
    await expectOneOrder(supplier, fr);
  });

  it('is found however late the store shows it, as long as it is looked for', async () => {
    const { supplier, fr } = await lose('late', { kind: 'perform-then-5xx' }, [deaf]);
    await world.pass(10 * MINUTE);
    await fr.says('cannot be asked');
    await supplier.beDeaf(false);
    expect(await fr.result()).toEqual({ processing: 'acknowledged' });
    await expectOneOrder(supplier, fr);
  });
});

describe('an order that was not made', () => {
  it('is posted again only after looks at growing intervals have shown nothing for the time that the settings say', async () => {
    const { supplier, fr } = await lose('absent', { kind: 'status', status: 503 });
    expect(await fr.result()).toEqual({ processing: 'acknowledged' });
    await expectOneOrder(supplier, fr);
    const looks = (await looksOf(fr)).filter((at) => at >= rules.firstLookSeconds);
    const gaps = looks.slice(1).map((at, index) => at - looks[index]!);
    expect(looks.length).toBeGreaterThanOrEqual(4);
    // The last comes when it may be decided.
    expect(gaps.slice(0, -1)).toEqual(gaps.slice(0, -1).sort((a, b) => a - b));
    expect(looks.at(-1)).toBeGreaterThanOrEqual(rules.resendAfterSeconds);
    const [first, second] = await fr.scheduled('sendRequest');
    expect(second! - first!).toBeGreaterThanOrEqual(rules.resendAfterSeconds * 1000);
    expect(await fr.events()).toEqual([
      ...['accepted', 'sending', 'outcome unknown', 'no order was made', 'sending', 'acknowledged'],
    ]);
  });

  it('is not posted again while the store cannot be asked: that clock stands', async () => {
    const { supplier, fr } = await lose('silent', { kind: 'status', status: 503 }, [deaf]);
    await world.pass(10 * MINUTE);
    await fr.says('cannot be asked');
    expect(await supplier.orders()).toEqual([]);
    const before = (await looksOf(fr)).length;
    await supplier.beDeaf(false);
    await world.pass(MINUTE);
    expect((await looksOf(fr)).length).toBeGreaterThan(before);
    expect(await supplier.orders()).toEqual([]);
    expect(await fr.result()).toEqual({ processing: 'acknowledged' });
    await expectOneOrder(supplier, fr);
    const [first, second] = await fr.scheduled('sendRequest');
    expect(second! - first!).toBeGreaterThanOrEqual(10 * MINUTE + rules.resendAfterSeconds * 1000);
  });
});

describe('an outcome that cannot be found out', () => {
  it('is handed to a person in time, and the order is adopted all the same when it is found late', async () => {
    const { supplier, fr } = await lose('parked', { kind: 'lose-answer' }, [deaf]);
    await world.pass((rules.giveUpMinutes + 2) * MINUTE);
    const parked = await fr.until('failed', (row) => row.processing === 'failed');
    expect(parked.reasonCode).toBe('outcome_unknown');
    expect(parked.explanation).toContain('Failed (outcome_unknown)');
    await expect(fr.ask('release')).rejects.toMatchObject({ cause: { type: 'too_late' } });
    await supplier.beDeaf(false);
    await world.pass(2 * HOUR);
    await fr.until('acknowledged', (row) => row.processing === 'acknowledged');
    await expectOneOrder(supplier, fr);
  });

  it.each(['ask', 'signal'] as const)('is looked for at once when a person says retry (%s)', async (how) => {
    const { supplier, fr } = await lose(`retried-${how}`, { kind: 'lose-answer' }, [deaf]);
    await world.pass((rules.giveUpMinutes + 2) * MINUTE);
    await fr.until('failed', (row) => row.processing === 'failed');
    await supplier.beDeaf(false);
    const parkedAt = await world.now();
    await fr[how]('retry');
    await fr.until('acknowledged', (row) => row.processing === 'acknowledged');
    expect((await world.now()).getTime() - parkedAt.getTime()).toBeLessThan(MINUTE);
    await expectOneOrder(supplier, fr);
  });

  it('is settled by a person who names the order; an order that does not exist is refused', async () => {
    const { supplier, fr } = await lose('adopted', { kind: 'lose-answer' }, [
      { ...deaf, pattern: 'external_order_id' },
    ]);
    const [order] = await supplier.orders();
    await expect(fr.ask('adopt', 987654)).rejects.toMatchObject({
      cause: { message: expect.stringContaining('no order 987654') as unknown },
    });
    expect(await fr.ask('adopt', order!.orderId)).toContain(`order ${order!.orderId}`);
    expect(await fr.result()).toEqual({ processing: 'acknowledged' });
    await expectOneOrder(supplier, fr);
  });
});

describe('a cancellation while it is being sent', () => {
  it.each(['ask', 'signal', 'Cancel in the Web UI'])(
    'waits for the outcome, then cancels in the store (%s)',
    async (how) => {
      const name = `cancel-${how.slice(0, 3).toLowerCase()}`;
      const { supplier, fr } = await lose(name, { kind: 'lose-answer' });
      const answer = how === 'ask' ? fr.ask('cancel') : undefined;
      if (how === 'signal') await fr.signal('cancel');
      if (how === 'Cancel in the Web UI') await fr.handle.cancel();
      expect(await fr.result()).toEqual({ processing: 'canceled' });
      if (answer) expect(await answer).toContain('is canceled: BigCommerce order');
      const [order] = await supplier.orders();
      expect(await supplier.orders()).toHaveLength(1);
      expect(await supplier.statusInStore(order!.orderId)).toBe(5);
      expect(await fr.row()).toMatchObject({ processing: 'canceled', bigcommerceOrderId: order!.orderId });
    },
  );

  it('of an order that was not made sends nothing more', async () => {
    const { supplier, fr } = await lose('cancel-absent', { kind: 'status', status: 503 });
    await fr.signal('cancel');
    expect(await fr.result()).toEqual({ processing: 'canceled' });
    expect(await supplier.orders()).toEqual([]);
    expect(await fr.row()).toMatchObject({
      ...{ processing: 'canceled', bigcommerceOrderId: null },
      explanation: 'Canceled: the store showed no order of what was tried.',
    });
  });

  it('is obeyed also when a retry comes after it, which says so', async () => {
    const { supplier, fr } = await lose('cancel-retried', { kind: 'status', status: 503 });
    await fr.signal('cancel');
    await fr.until('to be canceled', (row) => row.cancelRequestedAt !== null);
    expect(await fr.ask('retry')).toContain('it is canceled as soon as the outcome is known');
    await fr.standsStill();
    expect((await fr.row()).explanation).toMatch(/^Nobody knows yet .* and canceled as soon as that is known/);
    expect(await fr.result()).toEqual({ processing: 'canceled' });
    expect(await supplier.orders()).toEqual([]);
  });

  it('that comes during the POST is obeyed after it', async () => {
    const supplier = await world.supplier('cancel-post');
    await supplier.spoilPosts({ kind: 'delay', delayMs: 1000 });
    const fr = await supplier.submit();
    await fr.until('sending', (row) => row.processing === 'sending');
    expect(await fr.ask('cancel')).toContain('is canceled: BigCommerce order');
    expect(await supplier.statusInStore((await fr.row()).bigcommerceOrderId!)).toBe(5);
    expect(await supplier.orders()).toHaveLength(1);
  });

  it('is the only thing that comes in time: other messages during the POST are told the order', async () => {
    const supplier = await world.supplier('too-late');
    await supplier.spoilPosts({ kind: 'delay', delayMs: 1000 });
    const fr = await supplier.submit();
    await fr.until('sending', (row) => row.processing === 'sending');
    const refused = Promise.allSettled([
      fr.ask('hold', new Date(Date.now() + 1000 * HOUR).toISOString()),
      fr.ask('release'),
      fr.ask('retry'),
    ]);
    const results = await refused;
    const { bigcommerceOrderId } = await fr.row();
    const sent = `${fr.number} was already sent as BigCommerce order ${bigcommerceOrderId}.`;
    const tooLate = { status: 'rejected', reason: { cause: { type: 'too_late', message: sent } } };
    expect(results).toMatchObject([tooLate, tooLate, tooLate]);
  });
});
