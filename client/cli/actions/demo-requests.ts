import { signalRequest } from '../../../activities/fr-start.ts';
import { amendRequest } from '../../../database/fr-amend.ts';
import { findRequests, listRequests } from '../../../database/fulfillment-requests.ts';
import type { FulfillmentRequest } from '../../../database/fulfillment-requests.ts';
import { frDocumentSchema } from '../../../domain/fulfillment/document.ts';
import { fillHint } from '../../../domain/failures.ts';
import { readDocuments } from '../../../domain/fulfillment/read-documents.ts';
import { setTimeout as pause } from 'node:timers/promises';
import { openStore } from '../../../activities/stores.ts';
import { createCustomer } from '../../../bigcommerce/customers.ts';
import { knownError } from '../../errors.ts';
import { requireRequest, tellRequest } from '../../fulfillment-requests.ts';
import { submitRequests } from '../../intake.ts';
import { requireSource } from '../../session.ts';
import type { Session } from '../../session.ts';
import { applySource } from '../../sources.ts';
import type { DemoStory } from './demo-steps.ts';
import { DEMO_SOURCE } from './demo-steps.ts';

type Say = (text: string) => void;

/** Other settings for the same store: each is a source of its own. */
const PATIENT_SOURCE = 'acme-patient';
const BRANCH_SOURCE = 'acme-branches';
const JANE = {
  ...{ firstName: 'Jane', lastName: 'Doe', address1: '555 East Street', city: 'Austin', stateCode: 'TX' },
  ...{ postalCode: '78701', countryCode: 'US', email: 'jane@example.com', phone: '512-555-0100' },
};

/** A number that is free: a second tour submits new requests, not the first ones again. */
export async function nextNumber(session: Session, prefix: string): Promise<string> {
  const known = await listRequests(await session.database(), { text: prefix }, { limit: 1000 });
  return `${prefix}-${1001 + known.length}`;
}

/** A request of one item, ordered by Jane. */
export function documentOf(number: string, source: string) {
  const shippingMethod = { carrier: 'UPS', method: 'Ground' };
  return {
    number,
    source,
    billingAddress: JANE,
    shippingMethod,
    lines: [{ sku: 'UNTRACKED-1', quantity: 1 }],
    note: 'A present',
  };
}

/** Takes requests in as `fr submit` does. Throws ClientError for one that is refused. */
export async function submit(session: Session, ...documents: object[]): Promise<void> {
  const read = readDocuments(JSON.stringify(documents), 'json', 'fr', {});
  const { results } = await submitRequests(session, read);
  for (const result of results) {
    if (result.outcome === 'refused') throw knownError('internal', result.message);
  }
}

const WAIT_MS = 30_000;

/** Waits for a request to get somewhere. Throws ClientError when that takes too long, and what the signal aborts with. */
export async function reach(
  { session, signal }: Pick<DemoStory, 'session' | 'signal'>,
  number: string,
  isThere: (fr: FulfillmentRequest) => boolean,
): Promise<FulfillmentRequest> {
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    const [fr] = await findRequests(await session.database(), number);
    if (fr && isThere(fr)) return fr;
    if (Date.now() > deadline) throw knownError('internal', `${number} is still ${fr?.processing ?? 'not there'}.`);
    await pause(50, undefined, { signal });
  }
}

/** A guest's order, sent as soon as it is taken in; the store's order id is the acknowledgement. */
export async function sendGuestOrder(story: DemoStory, say: Say): Promise<void> {
  const { session } = story;
  const number = await nextNumber(session, 'GUEST');
  const begunAt = Date.now();
  await submit(session, documentOf(number, DEMO_SOURCE));
  const fr = await reach(story, number, (each) => each.processing === 'acknowledged' || each.processing === 'failed');
  if (fr.processing === 'failed') throw knownError('internal', fr.explanation);
  say(`${number}: BigCommerce order ${fr.bigcommerceOrderId}, ${((Date.now() - begunAt) / 1000).toFixed(1)} s later`);
}

/** Hold and business hours: time to see that an order came twice. */
export async function cancelDuplicate(story: DemoStory, say: Say): Promise<void> {
  const { session } = story;
  await applySource(session, sourceFile(PATIENT_SOURCE, PATIENT_SETTINGS), 'the example');
  const number = await nextNumber(session, 'HELD');
  const copy = `${number}-AGAIN`;
  await submit(session, ...[number, copy].map((each) => documentOf(each, PATIENT_SOURCE)));
  const held = await reach(story, number, (fr) => fr.nextStepAt !== null);
  say(`${number}: ${held.explanation}`);
  const { answer } = await tellRequest(session, await requireRequest(session, copy, PATIENT_SOURCE), {
    kind: 'cancel',
  });
  say(`${copy} is the same order once more. ${answer}`);
  story.heldNumber = number;
}

/** Only a customer whom the store knows may order; the head office is billed, a branch is shipped to. */
export async function mendFailure(story: DemoStory, say: Say): Promise<void> {
  const { session } = story;
  await applySource(session, sourceFile(BRANCH_SOURCE, BRANCH_SETTINGS), 'the example');
  const source = await requireSource(session, BRANCH_SOURCE);
  const client = await openStore(await session.dependencies(), source, 'send');
  // As the supplier does it in its control panel; doing it again finds the one that is there.
  await createCustomer(client, HEAD_OFFICE);
  const number = await nextNumber(session, 'BRANCH');
  const document = documentOf(number, BRANCH_SOURCE);
  await submit(session, document);
  const failed = await reach(story, number, (fr) => fr.processing === 'failed');
  say(`${number} failed (${failed.reasonCode}): ${failed.reasonMessage}`);
  say(`What to do: ${fillHint(failed.reasonHint ?? '', failed)}`);
  const billingAddress = { ...JANE, email: HEAD_OFFICE.email };
  const mended = frDocumentSchema.parse({ ...document, billingAddress });
  await amendRequest(await session.database(), failed.id, mended, new Date());
  await signalRequest(await session.temporal(), failed, 'amended');
  const { bigcommerceOrderId } = await reach(story, number, (fr) => fr.processing === 'acknowledged');
  say(`Amended with the e-mail address of the head office: ${number} is BigCommerce order ${bigcommerceOrderId}.`);
}

const HEAD_OFFICE = {
  ...{ firstName: 'Accounts', lastName: 'Payable', email: 'ap@northfield.example', company: null, phone: null },
  ...{ address: null, channelId: undefined, welcomeMail: false },
};

const BRANCH_SETTINGS = `
  customer: existing
  externalOrderIdPrefix: BR-      # sources of one store need numbers that differ
  mapping:
    billing_address.company: { value: Northfield Head Office }
    billing_address.street_1: { value: 1 Main Street }
    billing_address.city: { value: Chicago }
    billing_address.state: { value: Illinois }
    billing_address.zip: { value: "60601" }`;

const PATIENT_SETTINGS = `
  holdHours: 2
  businessHours: { timezone: America/New_York, weekly: { mon-fri: ["09:00-17:00"] } }
  externalOrderIdPrefix: PA-`;

function sourceFile(name: string, settings: string): string {
  return `name: ${name}
connection:
  type: api_token
  storeHash: \${BIGCOMMERCE_STORE_HASH}
  accessToken: \${BIGCOMMERCE_ACCESS_TOKEN}
fulfillment:
  autoSend: true${settings}
`;
}
