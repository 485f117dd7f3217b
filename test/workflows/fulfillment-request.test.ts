import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { amendRequest } from '../../database/fr-amend.ts';
import { listLines, loadStanding } from '../../database/fulfillment-requests.ts';
import { HOUR, MINUTE, makeFrDocument, startWorld } from '../helpers/requests.ts';
import type { World } from '../helpers/requests.ts';

interface StoredOrder {
  billing: { form_fields: unknown };
  addresses: { form_fields: unknown }[];
}

let world: World;
beforeAll(async () => {
  world = await startWorld();
}, 150_000);
afterAll(() => world.stop());

const inHours = async (hours: number) => new Date((await world.now()).getTime() + hours * HOUR);

describe('a hold', () => {
  it('of two hours lasts two hours; then the order is in the store', async () => {
    const supplier = await world.supplier('held', { holdHours: 2 });
    const fr = await supplier.submit();
    const { releasedAt, nextStepAt } = await fr.says('On hold until');
    expect(nextStepAt!.getTime() - releasedAt!.getTime()).toBe(2 * HOUR);
    await fr.showsItsSentence();
    await world.pass(2 * HOUR - 5 * MINUTE);
    expect(await supplier.orders()).toEqual([]);
    expect(await fr.result()).toEqual({ processing: 'acknowledged' });
    const { acknowledgedAt, bigcommerceOrderId } = await fr.row();
    expect(acknowledgedAt!.getTime()).toBeGreaterThanOrEqual(nextStepAt!.getTime());
    expect(await supplier.orders()).toMatchObject([{ orderId: bigcommerceOrderId, externalOrderId: fr.number }]);
  });

  it('that a person sets replaces that of the settings, longer or shorter, and must end in the future', async () => {
    const supplier = await world.supplier('person', { holdHours: 2 });
    const fr = await supplier.submit();
    await fr.says('On hold until');
    const longer = await inHours(5);
    expect(await fr.ask('hold', longer.toISOString())).toContain(`held until ${longer.toISOString()}`);
    expect((await fr.until('held longer', (row) => row.nextStepAt?.getTime() === longer.getTime())).holdUntil).toEqual(
      longer,
    );
    await fr.showsItsSentence();
    await world.pass(3 * HOUR);
    expect(await supplier.orders()).toEqual([]);
    await expect(fr.ask('hold', '2020-01-01T00:00:00Z')).rejects.toMatchObject({ cause: { type: 'too_late' } });
    const shorter = await inHours(0.5);
    await fr.ask('hold', shorter.toISOString());
    await fr.result();
    const sent = (await fr.row()).acknowledgedAt!.getTime();
    expect(sent).toBeGreaterThanOrEqual(shorter.getTime());
    expect(sent).toBeLessThan(longer.getTime());
  });

  it.each(['ask', 'signal'] as const)('is skipped by a release (%s), and by nothing else', async (how) => {
    const supplier = await world.supplier(`released-${how}`, { holdHours: 2 });
    const fr = await supplier.submit();
    const { nextStepAt } = await fr.says('On hold until');
    await fr.signal('retry');
    await fr[how]('release');
    await fr.until('acknowledged', (row) => row.processing === 'acknowledged');
    expect((await fr.row()).acknowledgedAt!.getTime()).toBeLessThan(nextStepAt!.getTime());
    expect(await fr.events()).toEqual(['accepted', 'released', 'sending', 'acknowledged']);
    const [, released] = await fr.timeline();
    expect(released!.by).toBe(how === 'ask' ? 'cli' : 'signal');
  });

  it.each(['ask', 'signal', 'Cancel in the Web UI'])('is time to cancel (%s): nothing is sent', async (how) => {
    const supplier = await world.supplier(`canceled-${how.slice(0, 3).toLowerCase()}`, { holdHours: 2 });
    const fr = await supplier.submit();
    await fr.says('On hold until');
    if (how === 'ask') expect(await fr.ask('cancel')).toContain('nothing was sent');
    else if (how === 'signal') await fr.signal('cancel');
    else await fr.handle.cancel();
    expect(await fr.result()).toEqual({ processing: 'canceled' });
    expect(await fr.row()).toMatchObject({ processing: 'canceled', explanation: 'Canceled before it was sent.' });
    expect(await supplier.orders()).toEqual([]);
    const by = how === 'ask' ? 'cli' : how === 'signal' ? 'signal' : 'temporal';
    expect((await fr.timeline()).at(-1)).toMatchObject({ event: 'canceled', by });
    expect((await fr.handle.describe()).status.name).toBe('COMPLETED');
  });

  it('follows settings that change meanwhile', async () => {
    const supplier = await world.supplier('changing', { holdHours: 2 });
    const fr = await supplier.submit();
    const { releasedAt } = await fr.says('On hold until');
    await supplier.apply({ holdHours: 6 });
    await fr.signal('settingsChanged');
    const sixHours = releasedAt!.getTime() + 6 * HOUR;
    await fr.until('on hold for six hours', (row) => row.nextStepAt?.getTime() === sixHours);
    await world.pass(3 * HOUR);
    expect(await supplier.orders()).toEqual([]);
    await supplier.apply({ holdHours: 1 });
    await fr.signal('settingsChanged');
    await fr.until('acknowledged', (row) => row.processing === 'acknowledged');
    expect((await fr.row()).acknowledgedAt!.getTime()).toBeLessThan(sixHours);
  });

  it('is followed by business hours', async () => {
    const now = await world.now();
    const afterTomorrow = new Date(now.getTime() + 48 * HOUR);
    const opens = new Date(`${afterTomorrow.toISOString().slice(0, 10)}T09:00:00Z`);
    const holidays = [0, 24].map((hours) => new Date(now.getTime() + hours * HOUR).toISOString().slice(0, 10));
    const businessHours = { timezone: 'UTC', weekly: { 'mon-sun': ['09:00-17:00'] }, holidays };
    const supplier = await world.supplier('hours', { holdHours: 1, businessHours });
    const fr = await supplier.submit();
    expect((await fr.says('business hours')).nextStepAt).toEqual(opens);
    await world.pass(HOUR + MINUTE);
    await fr.signal('settingsChanged');
    expect((await fr.says('^Waits for business hours')).nextStepAt).toEqual(opens);
    await fr.showsItsSentence();
    await fr.result();
    expect((await fr.row()).acknowledgedAt!.getTime()).toBeGreaterThanOrEqual(opens.getTime());
  });
});

describe('a request that nobody sends by itself', () => {
  it('waits as unprocessed until somebody processes it; its hold begins then', async () => {
    const supplier = await world.supplier('manual', { holdHours: 2 });
    const fr = await supplier.submit({}, { autoSend: false });
    await fr.says('Unprocessed');
    await world.pass(5 * HOUR);
    expect(await fr.row()).toMatchObject({ processing: 'unprocessed', nextStepAt: null });
    expect(await fr.ask('process')).toContain('in processing');
    const { nextStepAt } = await fr.says('On hold until');
    expect(nextStepAt!.getTime()).toBeGreaterThanOrEqual((await inHours(1.9)).getTime());
    expect(await fr.ask('process')).toContain('already');
    await fr.result();
    expect((await fr.row()).acknowledgedAt!.getTime()).toBeGreaterThanOrEqual(nextStepAt!.getTime());
  });

  it('is checked as soon as it exists, says what is wrong, and is not asked about again for what changes nothing of it', async () => {
    const fr = await (
      await world.supplier('manual-checked')
    ).submit({ lines: [{ sku: 'no-such', quantity: 1 }] }, { autoSend: false });
    const wrong = 'It cannot be sent as it stands: .*no-such';
    expect(await fr.says(`^Unprocessed: .* ${wrong}`)).toMatchObject({
      ...{ processing: 'unprocessed', reasonCode: 'sku_not_found', checkedAt: expect.any(Date) as unknown },
    });
    await fr.ask('hold', (await inHours(5)).toISOString());
    await fr.says(`even then. ${wrong}`);
    await fr.standsStill();
    expect(await fr.scheduled('checkRequest')).toHaveLength(1);
  });

  it('waits for the run of a schedule, and a run before its time lets it wait', async () => {
    const supplier = await world.supplier('scheduled', { holdHours: 1, schedule: { cron: '0 0 1 1 *' } });
    const fr = await supplier.submit();
    await fr.says('On hold until');
    await fr.signal('sendNow', 'run-0');
    await world.pass(2 * HOUR);
    const { nextStepAt, isReady } = await fr.says('goes out with the next run');
    expect(isReady).toBe(true);
    expect(nextStepAt!.toISOString()).toMatch(/-01-01T00:00:00/);
    expect(await supplier.orders()).toEqual([]);
    await fr.signal('sendNow', 'run-1');
    await fr.until('acknowledged', (row) => row.processing === 'acknowledged');
    expect((await fr.timeline()).slice(1).map(({ event, by }) => `${event} by ${by}`)).toEqual([
      ...['let go by the run by run run-1', 'sending by run run-1', 'acknowledged by store'],
    ]);
  });

  it('goes at once when its schedule is taken away', async () => {
    const supplier = await world.supplier('unscheduled', { schedule: { cron: '0 0 1 1 *' } });
    const fr = await supplier.submit();
    await fr.says('goes out with the next run');
    await supplier.apply({});
    await fr.signal('settingsChanged');
    await fr.until('acknowledged', (row) => row.processing === 'acknowledged');
  });
});

describe('a request that failed', () => {
  it('says why, refuses what does not mend it, and is tried again by a retry', async () => {
    const supplier = await world.supplier('failing');
    await supplier.spoilPosts({ kind: 'status', status: 409, body: '[{"status":409,"message":"Insufficient stock"}]' });
    const fr = await supplier.submit();
    const { reasonCode, explanation } = await fr.until('failed', (row) => row.processing === 'failed');
    expect(explanation).toContain(`Failed (${reasonCode})`);
    await expect(fr.ask('release')).rejects.toMatchObject({ cause: { type: 'too_late' } });
    await expect(fr.ask('hold', (await inHours(1)).toISOString())).rejects.toMatchObject({
      cause: { message: expect.stringContaining(`bcsource fr retry ${fr.number}`) as unknown },
    });
    await fr.showsItsSentence();
    expect(await fr.ask('retry')).toContain('tried again');
    expect(await fr.result()).toEqual({ processing: 'acknowledged' });
    expect(await supplier.orders()).toHaveLength(1);
  });

  it('because its customer was refused tells in its timeline what the store said of it', async () => {
    const supplier = await world.supplier('no-customer', { customer: 'create' });
    const body = '{"status":422,"title":"The phone 5550100 is too short."}';
    await supplier.control('PUT', 'faults', [
      { kind: 'status', status: 422, method: 'POST', body, path: '/v3/customers' },
    ]);
    const fr = await supplier.submit();
    const { explanation } = await fr.says('Failed .customer_rejected');
    expect(explanation).not.toContain('5550100');
    const [failed] = (await fr.timeline()).slice(-1);
    expect(failed).toMatchObject({
      event: 'failed',
      detail: expect.stringContaining('5550100 is too short') as unknown,
    });
  });

  it('is tried again when it is amended, and shows what is wrong while it still waits', async () => {
    const supplier = await world.supplier('amended', { holdHours: 1 });
    const fr = await supplier.submit({ lines: [{ sku: 's-1', quantity: 1 }] });
    await fr.says('cannot be sent as it stands: .*"S-1"');
    await world.pass(2 * HOUR);
    expect(await fr.until('failed', (row) => row.processing === 'failed')).toMatchObject({
      reasonCode: 'sku_not_found',
    });
    const document = makeFrDocument({ number: fr.number, source: 'amended' });
    expect(await amendRequest(world.db, fr.id, document, await world.now())).toMatchObject({ outcome: 'amended' });
    await fr.signal('amended');
    expect(await fr.result()).toEqual({ processing: 'acknowledged' });
    expect(await fr.events()).toContain('resumed after an amendment');
  });

  it.each([
    ['a credential that was refused', 'credential_refused'],
    ['a wrong store hash', 'store_not_found'],
  ])('with %s waits without asking the store, and resumes when the connection is mended', async (_what, code) => {
    const supplier = await world.supplier(`refused-${code}`.replaceAll('_', '-'), { holdHours: 1 });
    const refusal = { source_id: supplier.id, code, message: 'The store refuses the token.' };
    await world.db.insertInto('connection_refusals').values(refusal).execute();
    const fr = await supplier.submit();
    await fr.says('On hold until');
    await world.pass(2 * HOUR);
    await fr.says(`Failed .${code}`);
    await world.pass(2 * HOUR);
    expect((await supplier.control<{ total: number }>('GET', 'ledger/requests')).total).toBe(0);
    expect((await fr.scheduled('checkRequest')).length).toBeLessThanOrEqual(2);
    await supplier.apply({ holdHours: 1 });
    await fr.signal('settingsChanged');
    expect(await fr.result()).toEqual({ processing: 'acknowledged' });
  });
});

describe('an order that exists', () => {
  it('has its lines read back, also when the store does not answer at first', async () => {
    const supplier = await world.supplier('finishing');
    const rule = { kind: 'status', status: 500, method: 'GET', pattern: '/orders/[0-9]+/products', times: 1 };
    await supplier.control('PUT', 'faults', [rule]);
    const fr = await supplier.submit();
    expect(await fr.result()).toEqual({ processing: 'acknowledged' });
    expect(await fr.scheduled('finishSending')).toHaveLength(1);
    expect((await loadStanding(world.db, fr.id)).productsRead).toBe(true);
    expect(await listLines(world.db, fr.id)).toMatchObject([{ orderProductId: expect.any(Number) as unknown }]);
  });

  it('carries the codes of its states in the form field that the settings name, or says that the store refuses it', async () => {
    const supplier = await world.supplier('state-code', { stateCodeField: 'State Code' });
    const codesOf = async (orderId: number | null) => {
      const { billing, addresses } = await supplier.control<StoredOrder>('GET', `orders/${orderId}`);
      return [billing, ...addresses].map((address) => address.form_fields);
    };
    const { shippingAddress } = makeFrDocument({ number: 'any', source: 'any' });
    const newYork = { ...shippingAddress, city: 'New York', state: 'New York', stateCode: 'NY', postalCode: '10001' };
    const fr = await supplier.submit({ shippingAddress: newYork });
    await fr.result();
    const field = (value: string) => [{ name: 'State Code', value }];
    expect(await codesOf((await fr.row()).bigcommerceOrderId)).toEqual([field('TX'), field('NY')]);
    const rule = { kind: 'status', status: 400, method: 'PUT', pattern: '/orders/[0-9]+', times: 1 };
    await supplier.control('PUT', 'faults', [rule]);
    const refused = await supplier.submit();
    await refused.result();
    expect(await refused.row()).toMatchObject({ flags: ['state_code_not_set'] });
    expect(await refused.events()).toContain('state code not set');
  });
});
