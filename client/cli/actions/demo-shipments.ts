import { counted } from '../../../domain/counted.ts';
import { knownError } from '../../errors.ts';
import { requireRequest } from '../../fulfillment-requests.ts';
import { followRun, startJob } from '../../jobs.ts';
import type { Session } from '../../session.ts';
import { documentOf, nextNumber, reach, submit } from './demo-requests.ts';
import { DEMO_SOURCE } from './demo-steps.ts';
import type { DemoStory } from './demo-steps.ts';

type Say = (text: string) => void;

/** The supplier ships one request whole, one in two packages and one in part; a run brings each back. */
export async function followShipments(story: DemoStory, say: Say): Promise<void> {
  const { session } = story;
  const first = await nextNumber(session, 'SHIP');
  const from = Number(first.split('-')[1]);
  const numbers = [from, from + 1, from + 2].map((number) => `SHIP-${number}`) as [string, string, string];
  const [whole, two, part] = numbers;
  const quantities = { [whole]: 1, [two]: 2, [part]: 3 };
  const documents = numbers.map((number) => ({
    ...documentOf(number, DEMO_SOURCE),
    lines: [{ sku: 'UNTRACKED-1', quantity: quantities[number] }],
  }));
  await submit(session, ...documents);
  for (const number of numbers) await reach(story, number, (fr) => fr.processing === 'acknowledged');
  await ship(session, whole, 1, '1Z999AA10123456784');
  await ship(session, two, 1, '1Z999AA10123456785');
  await ship(session, part, 1, '1Z999AA10123456786');
  say(await sync(story));
  for (const number of numbers) say(await tell(session, number));
  await ship(session, two, 1, '1Z999AA10123456787');
  await ship(session, part, 2, '1Z999AA10123456788');
  say(await sync(story));
  for (const number of [two, part]) say(await tell(session, number));
}

interface StoreOrder {
  lines: { id: number }[];
}

/** What the supplier's staff would do in their control panel. */
async function ship(session: Session, number: string, quantity: number, tracking: string): Promise<void> {
  const { bigcommerceOrderId } = await requireRequest(session, number, DEMO_SOURCE);
  const path = `orders/${bigcommerceOrderId}`;
  const order = (await control(session, path)) as StoreOrder;
  const items = [{ order_product_id: order.lines[0]!.id, quantity }];
  await control(session, `${path}/ship`, { items, tracking_number: tracking, tracking_carrier: 'ups' });
}

async function control(session: Session, path: string, body?: unknown): Promise<unknown> {
  const { apiUrl } = await session.dependencies();
  const request = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${apiUrl}/_control/${path}?store=demo`, { ...request, headers });
  if (!answer.ok) throw knownError('internal', `The simulated store answered ${answer.status} to ${path}.`);
  return answer.json();
}

async function sync({ session, signal }: DemoStory): Promise<string> {
  const started = await startJob(session, 'shipments', DEMO_SOURCE);
  const { run } = await followRun(session, started, () => undefined, signal);
  if (run?.status !== 'completed') throw knownError('internal', run?.reason ?? 'The run left no record.');
  const { asked = 0, shipments = 0 } = run.counts;
  const answered = counted(shipments, 'new shipment', 'new shipments');
  return `Asked for ${counted(asked, 'request', 'requests')} with ${counted(run.requests, 'call', 'calls')}: ${answered}.`;
}

async function tell(session: Session, number: string): Promise<string> {
  const { shipping, explanation } = await requireRequest(session, number, DEMO_SOURCE);
  return `${number} is ${shipping.replace('_', ' ')}. ${explanation}`;
}
