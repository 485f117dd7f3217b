import type { CommandResult } from '../helpers/processes.ts';
import { findRequests } from '../../database/fulfillment-requests.ts';
import { storedRequests } from '../helpers/sending.ts';
import type { TestSystem } from '../helpers/system.ts';
import { waitFor } from '../helpers/wait.ts';

/** Who the requests are for; each text is found nowhere else. */
export const PERSON = {
  ...{ firstName: 'Canarina', lastName: 'Featherstone', company: 'Plumage and Sons', city: 'Nestingham' },
  ...{ address1: '13 Plumage Row', email: 'canarina@plumage.example', phone: '512-555-0177' },
};

const ADDRESS = { ...PERSON, state: 'Texas', stateCode: 'TX', postalCode: '78701', countryCode: 'US' };

/** What a store says that quotes the request when it refuses it. */
const QUOTE = `The address ${Object.values(PERSON).join(', ')} is not accepted`;
const quoting = (status: number, fault: object) => ({
  ...{
    kind: 'status',
    status,
    times: 1,
    body: JSON.stringify([{ status, message: `The field 'billing_address.street_1' is invalid: ${QUOTE}` }]),
  },
  ...fault,
});

export function sourceOfRequests(name: string, token: string): string {
  return `name: ${name}
connection: { type: api_token, storeHash: demo, accessToken: ${token} }
fulfillment:
  autoSend: true
  customer: create
  unknownOutcome: { firstLookSeconds: 1, resendAfterSeconds: 6, giveUpMinutes: 10 }
shipments: {}
`;
}

interface Life {
  source: string;
  system: TestSystem;
  /** Runs a command whose output is looked through. */
  run(args: string[], input?: string): Promise<CommandResult>;
}

/** Leads requests through everything that may become of one, at a store that quotes their addresses whenever it can. */
export async function liveThrough({ source, system, run }: Life): Promise<void> {
  const { simulator, database } = system;
  const sku = 'SEED-1';
  const product = { id: 90_001, name: 'Seed', sku, price: 10, inventory_tracking: 'none' };
  await simulator.control('POST', 'products', { ...product, variants: [{ id: 90_001, sku }] });
  const request = (number: string, fields: object = {}) => ({
    ...{ number, source, billingAddress: ADDRESS, shippingAddress: ADDRESS, note: 'by the back door' },
    ...{ lines: [{ id: '1', sku, quantity: 1 }], ...fields },
  });
  const told = async (exitCode: number, command: string, input?: unknown) => {
    const result = await run(command.split(' '), typeof input === 'string' ? input : JSON.stringify(input));
    if (result.exitCode !== exitCode)
      throw new Error(`${command}: ${result.exitCode} ${result.stdout}${result.stderr}`);
  };
  const withStates = async (error: Error): Promise<never> => {
    throw new Error(`${error.message}: ${JSON.stringify(await storedRequests(database.db, 'N-'))}`);
  };
  const reach = (number: string, processing: string) =>
    waitFor(`${number} to be ${processing}`, async () => {
      const [fr] = await storedRequests(database.db, number);
      return fr?.processing === processing;
    }).catch(withStates);
  const explanationOf = async (number: string) => (await findRequests(database.db, number, source))[0]!.explanation;
  const faults = (...rules: object[]) => simulator.control('PUT', 'faults', rules);

  // Refused by us: what cannot be read, other content with a known number.
  await told(2, 'fr submit - --json', `{"number": "N-0", "billingAddress": ${PERSON.address1}}`);
  const swapped = { ...ADDRESS, countryCode: PERSON.address1, state: PERSON.email, quantity: PERSON.phone };
  await told(2, 'fr submit -', request('N-0', { billingAddress: swapped }));

  // The store is deaf, or refuses the customer; refuses the order; makes it and loses the answer, and is deaf again.
  await faults(quoting(503, { method: 'GET', path: '/v3/customers' }));
  await told(0, 'fr submit - --json', request('N-0'));
  await waitFor('N-0 to be put off', async () => (await explanationOf('N-0')).includes('store_unavailable'));
  await told(0, 'fr cancel N-0');
  await faults(quoting(422, { method: 'POST', path: '/v3/customers' }));
  await told(0, 'fr submit - --json', request('N-1'));
  await reach('N-1', 'failed');
  await faults(
    quoting(400, { method: 'POST', path: '/v2/orders' }),
    { kind: 'lose-answer', method: 'POST', path: '/v2/orders', times: 1 },
    ...['N-2', 'N-3'].map((number) =>
      quoting(503, { method: 'GET', pattern: `external_order_id=${number}`, after: 1 }),
    ),
  );
  const sent = [request('N-2'), request('N-3')];
  const incomplete = request('N-4', { billingAddress: { ...ADDRESS, firstName: null, lastName: null, state: 'None' } });
  await told(0, 'fr submit - --json', [...sent, incomplete]);
  const [failed, unknown] = await waitFor('one to be refused, and one to be looked for in vain', async () => {
    const requests = await storedRequests(database.db, 'N-');
    const refused = requests.find(({ reason }) => reason === 'address_rejected');
    const sending = requests.find(({ processing }) => processing === 'sending');
    const { byStatus } = await simulator.control<{ byStatus: Record<string, number> }>('GET', 'ledger/requests');
    return refused && sending && (byStatus['503'] ?? 0) > 1 && [refused.number, sending.number];
  }).catch(withStates);
  await told(0, `fr explain ${unknown} --json`);
  // Whoever says something has it looked for at once.
  await told(1, `fr hold ${unknown} --for 2h`);
  await reach(unknown!, 'acknowledged');
  await reach('N-4', 'failed');
  await told(1, 'fr amend - --json', request(unknown!, { note: 'too late' }));
  await told(2, 'fr submit - --json', request(unknown!, { shippingAddress: { ...ADDRESS, address1: 'Aviary' } }));
  await told(0, 'fr list --json');
  await told(0, `fr explain ${failed}`);
  await told(0, `fr cancel ${failed}`);

  // A store that refuses what is asked about an order that it has.
  const [{ orderId } = { orderId: null }] = await storedRequests(database.db, unknown!);
  await simulator.control('POST', `orders/${orderId}/ship`, { tracking_number: 'T' });
  await faults(quoting(400, { method: 'GET', pattern: '/shipments' }));
  await told(0, `shipments sync ${source} --wait`);
  await told(0, 'fr list --flag unreadable');
  await told(0, `shipments sync ${source} --all --wait --json`);
  await faults(quoting(400, { method: 'GET', pattern: '/orders/.*/products' }));
  await told(0, 'fr submit - --json', request('N-5'));
  await reach('N-5', 'acknowledged');
  await faults(quoting(400, { method: 'PUT', path: '/v2/orders' }));
  await told(1, 'fr cancel N-5');
  await told(0, 'fr cancel N-5 --json');
}
