import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startSystem } from '../helpers/system.ts';
import type { TestSystem } from '../helpers/system.ts';
import { waitFor } from '../helpers/wait.ts';
import { JANE, openSupplier, temporal } from './fr-support.ts';
import { sessionOf, stopSystem } from './support.ts';
import type { ErrorDocument } from './support.ts';

const HOUR_MS = 3_600_000;
const BRANCH = {
  ...{ fullName: 'Ann Lee', company: 'ACME Branch 7', address1: '7 Harbor Road', city: 'Boston', stateCode: 'MA' },
  ...{ postalCode: '02110', countryCode: 'US', email: 'ann@acme.example', phone: '617-555-0107' },
};

let system: TestSystem;
beforeAll(async () => {
  system = await startSystem(['--products', '1']);
});
afterAll(() => stopSystem(system));

describe('the examples', () => {
  it('a guest order is made without a customer, and its id is the acknowledgement', async () => {
    const shop = await openSupplier(system, 'guest', '  autoSend: true\n  customer: guest');
    const shippingAddress = { ...BRANCH, state: 'ma', stateCode: null };
    await shop.submit(shop.document('PO-1', { shippingAddress, note: 'Handle with care' }));
    const { bigcommerceOrderId } = await shop.reach('PO-1', 'acknowledged');
    const [order, ...more] = await shop.orders();
    expect(more).toEqual([]);
    expect(order).toMatchObject({
      id: bigcommerceOrderId,
      fields: { status_id: 11, customer_id: 0, external_order_id: 'PO-1', staff_notes: 'Handle with care' },
      billing: { first_name: 'Jane', street_1: '555 East Street', state: 'Texas', country_iso2: 'US' },
      addresses: [{ first_name: 'Ann', last_name: 'Lee', city: 'Boston', state: 'Massachusetts', zip: '02110' }],
      lines: [{ sku: 'S-1', quantity: 1 }],
    });
    expect(await shop.control('GET', 'state')).toMatchObject({ customers: 0 });
  });

  it('an existing customer is billed at the head office and shipped to a branch, or the request fails', async () => {
    const headOffice = {
      email: 'ap@acme.example',
      first_name: 'Accounts',
      last_name: 'Payable',
      street_1: '1 Main St',
    };
    const constants = Object.entries({ ...headOffice, city: 'Chicago', state: 'Illinois', zip: '60601' });
    const mapping = constants.map(([field, value]) => `    billing_address.${field}: { value: "${value}" }`).join('\n');
    const shop = await openSupplier(
      system,
      'branches',
      `  autoSend: true\n  customer: existing\n  mapping:\n${mapping}`,
    );
    await shop.submit(shop.document('PO-2', { shippingAddress: BRANCH }));
    const failed = await shop.reach('PO-2', 'failed');
    expect(failed).toMatchObject({ reasonCode: 'customer_not_found', reasonHint: expect.stringContaining('retry') });
    expect(await shop.orders()).toEqual([]);

    const customer = { email: 'ap@acme.example', first_name: 'Accounts', last_name: 'Payable' };
    const { data } = (await shop.api('POST', '/v3/customers', [customer])) as { data: [{ id: number }] };
    expect((await system.cli(['fr', 'retry', 'PO-2', '--source', 'branches'])).exitCode).toBe(0);
    await shop.reach('PO-2', 'acknowledged');
    expect(await shop.orders()).toEqual([
      expect.objectContaining({
        fields: expect.objectContaining({ customer_id: data[0].id }),
        billing: expect.objectContaining({ ...headOffice, city: 'Chicago', country_iso2: 'US' }),
        addresses: [
          expect.objectContaining({ company: 'ACME Branch 7', street_1: '7 Harbor Road', state: 'Massachusetts' }),
        ],
      }),
    ]);
  });

  it('two hours of hold and business hours leave time to cancel a duplicate', async () => {
    const opensAt = new Date(Math.floor(Date.now() / HOUR_MS + 4) * HOUR_MS);
    const [from, to] = [opensAt, new Date(opensAt.getTime() + HOUR_MS)].map((at) => at.toISOString().slice(11, 16));
    const hours = `  businessHours: { timezone: Etc/UTC, weekly: { mon-sun: ["${from}-${to}"] } }`;
    const shop = await openSupplier(system, 'patient', `  autoSend: true\n  holdHours: 2\n${hours}`);
    await shop.submit(shop.document('PO-3'), shop.document('PO-3-AGAIN'));
    const waiting = await waitFor('the wait to be told', async () => {
      const fr = await shop.reach('PO-3', 'processing');
      return fr.nextStepAt ? fr : undefined;
    });
    expect(waiting.nextStepAt).toEqual(opensAt);
    const sentence = /^On hold until .+, then waits for business hours, which open .+ Etc\/UTC: goes out .+\.$/;
    expect(waiting.explanation).toMatch(sentence);
    const workflow = ['--workflow-id', 'fr:patient:PO-3-AGAIN'];
    expect(await temporal(system, 'workflow', 'query', ...workflow, '--type', 'explain')).toContain('On hold until');
    await temporal(system, 'workflow', 'signal', ...workflow, '--name', 'cancel');
    await shop.reach('PO-3-AGAIN', 'canceled');
    expect(await shop.orders()).toEqual([]);

    // Settings are followed at once: the hours open, the hold is over.
    await shop.settle('  autoSend: true');
    const sent = await shop.reach('PO-3', 'acknowledged');
    expect((await shop.orders()).map(({ id }) => id)).toEqual([sent.bigcommerceOrderId]);
  });
});

describe('signals of the Temporal command line', () => {
  it('release what is held and retry what has failed', async () => {
    const shop = await openSupplier(system, 'night', '  autoSend: true\n  holdHours: 5');
    await shop.submit(shop.document('N-1', { lines: [{ sku: 'S-2', quantity: 3 }] }));
    const signal = (name: string) =>
      temporal(system, 'workflow', 'signal', '--workflow-id', 'fr:night:N-1', '--name', name);
    await signal('release');
    expect(await shop.reach('N-1', 'failed')).toMatchObject({ reasonCode: 'out_of_stock' });
    await shop.control('PATCH', 'products/2', { inventory_level: 3 });
    await signal('retry');
    await shop.reach('N-1', 'acknowledged');
    expect(await shop.orders()).toHaveLength(1);
    const query = 'BcSource="night" AND BcFrNumber="N-1" AND BcFrState="acknowledged"';
    const found = await waitFor('the Web UI to find it', async () => {
      const list = await temporal(system, 'workflow', 'list', '--query', query, '--output', 'json');
      return list.includes('fr:night:N-1') && list;
    });
    // Promise 4: ids and states, no personal data.
    expect(found).not.toContain(JANE.email);
  });
});

describe('a refused credential', () => {
  it('stops its source once; all goes on when the connection tests well', async () => {
    const shop = await openSupplier(system, 'refused', '  autoSend: true');
    const other = await openSupplier(system, 'unaffected', '  autoSend: true');
    const token = `${shop.hash}-token`;
    const { tokens } = await shop.control<{ tokens: Record<string, string[]> }>('PUT', 'tokens', { revoke: [] });
    await shop.control('PUT', 'tokens', { revoke: [token] });
    await shop.submit(shop.document('C-1'));
    expect(await shop.reach('C-1', 'failed')).toMatchObject({ reasonCode: 'credential_refused' });
    // But for the sweep, which asks now and then whether the store takes the token again.
    const asked = async () => {
      const { requests } = await shop.control<{ requests: { path: string }[] }>('GET', 'ledger/requests');
      return requests.filter(({ path }) => !path.startsWith('/v2/store')).length;
    };
    const before = await asked();
    await shop.submit(shop.document('C-2'), shop.document('C-3'));
    for (const number of ['C-2', 'C-3']) {
      expect(await shop.reach(number, 'failed')).toMatchObject({ reasonCode: 'credential_refused' });
    }
    expect(await asked()).toBe(before);
    const refused = await system.cli(['source', 'test', 'refused', '--json']);
    expect([refused.exitCode, refused.json<ErrorDocument>().error.code]).toEqual([4, 'credential_refused']);
    await other.submit(other.document('C-9'));
    await other.reach('C-9', 'acknowledged');

    await shop.control('PUT', 'tokens', { tokens: { [token]: tokens[token] } });
    expect((await system.cli(['source', 'test', 'refused', '--json'])).json()).toMatchObject({ ok: true });
    for (const number of ['C-1', 'C-2', 'C-3']) await shop.reach(number, 'acknowledged');
    expect(await shop.orders()).toHaveLength(3);

    // Nobody tests it: the sweep of a minute finds out that it works again.
    await shop.control('PUT', 'tokens', { revoke: [token] });
    await shop.submit(shop.document('C-4'));
    await shop.reach('C-4', 'failed');
    await shop.control('PUT', 'tokens', { tokens: { [token]: tokens[token] } });
    const client = await (await sessionOf(system)).temporal();
    await client.workflow.execute('maintenance', { workflowId: 'maintain-refused', taskQueue: 'bcsource' });
    await shop.reach('C-4', 'acknowledged');
  });
});
