import { counted } from '../counted.ts';
import { withSecondOrder } from '../fulfillment/explain.ts';
import type { Shipping } from '../fulfillment/states.ts';
import { LOST, flagSentences } from './flag-sentences.ts';
import type { LostFlag } from './flag-sentences.ts';

/** What the writes of a request came to, for its timeline and its sentence. */
export interface ShippingStory {
  number: string;
  bigcommerceOrderId: number | null;
  before: Shipping;
  after: Shipping;
  /** Items of its lines, each line at most as many as were ordered. */
  itemsShipped: number;
  itemsTotal: number;
  /** Tracking numbers of the packages that the store has, null where one has none. */
  packages: readonly (string | null)[];
  created: readonly number[];
  corrected: readonly number[];
  removed: readonly number[];
  canceled: { code: string; message: string } | null;
  /** The store had canceled it, and has it active again. */
  isReinstated: boolean;
  /** Why nobody can say any more what the store ships of it; null once all has shipped, and where all is well. */
  lost: LostFlag | null;
  wasLost: LostFlag | null;
  flags: readonly string[];
  /** Another order of it that the store has beside its own. */
  secondOrder: string | null;
}

export interface StoryEvent {
  event: string;
  detail: string | null;
}

/** More would not be read; `fr show` lists them all. */
const MOST_NUMBERS = 5;

/** How a sent request stands, and what its flags mean for it. Holds nothing of a person. */
export function explainShipping(story: ShippingStory): string {
  const flagged = story.canceled ? [] : flagSentences({ ...story, isShipped: story.after === 'shipped' });
  const told = [explainOrder(story), ...flagged].join(' ');
  return withSecondOrder(told, story.secondOrder, story.canceled ? 'canceled' : 'acknowledged');
}

function explainOrder(story: ShippingStory): string {
  const order = `BigCommerce order ${story.bigcommerceOrderId}`;
  if (story.canceled) return `Canceled by the store: ${sentence(story.canceled.message)}`;
  const lost = story.lost ? `, but ${LOST[story.lost]}` : '';
  if (story.after === 'open') return `Sent: ${order}${lost}.`;
  if (story.after === 'partially_shipped') return `Sent: ${order}; ${itemsOf(story)}${lost}.`;
  if (story.packages.length === 0) return `Shipped: the store says so of ${order}, without naming a package.`;
  return `Shipped: ${packagesOf(story.packages)}.`;
}

/** What of it belongs into the timeline, in the order in which it is told. */
export function eventsOf(story: ShippingStory): StoryEvent[] {
  const events: StoryEvent[] = [
    ...story.corrected.map((id) => ({
      event: 'shipment corrected',
      detail: `Shipment ${id} was changed in the store.`,
    })),
    ...story.removed.map((id) => ({ event: 'shipment removed', detail: `Shipment ${id} was deleted in the store.` })),
    ...stateEvents(story),
  ];
  if (story.lost && story.lost !== story.wasLost)
    events.push({ event: 'order lost', detail: sentence(capital(LOST[story.lost])) });
  if (story.wasLost && !story.lost && story.after !== 'shipped')
    events.push({ event: 'order found again', detail: 'The store shows its order again.' });
  if (story.isReinstated) events.push({ event: 'reinstated by the store', detail: 'Its order is active again.' });
  if (story.canceled) events.push({ event: 'canceled by the store', detail: sentence(story.canceled.message) });
  return events;
}

function stateEvents(story: ShippingStory): StoryEvent[] {
  const { before, after, created } = story;
  if (rank[after] < rank[before]) return [{ event: 'reopened', detail: `${capital(itemsOf(story))}.` }];
  if (after === before && created.length === 0) return [];
  if (after === 'shipped') {
    const detail = story.packages.length === 0 ? 'The store names no package.' : `${packagesOf(story.packages)}.`;
    return [{ event: 'shipped', detail: capital(detail) }];
  }
  if (after === 'partially_shipped') return [{ event: 'partially shipped', detail: `${capital(itemsOf(story))}.` }];
  const ids = created.join(', ');
  return [{ event: 'shipment not matched', detail: `Nothing in shipment ${ids} belongs to a line of this request.` }];
}

const rank: Record<Shipping, number> = { open: 0, partially_shipped: 1, shipped: 2 };

function itemsOf({ itemsShipped, itemsTotal }: ShippingStory): string {
  return `${itemsShipped} of ${itemsTotal} items shipped`;
}

function packagesOf(packages: readonly (string | null)[]): string {
  const count = counted(packages.length, 'package', 'packages');
  const numbers = packages.filter((number) => number !== null);
  if (numbers.length === 0) return `${count} without a tracking number`;
  const more = numbers.length > MOST_NUMBERS ? `, and ${numbers.length - MOST_NUMBERS} more` : '';
  return `${count} (${numbers.slice(0, MOST_NUMBERS).join(', ')}${more})`;
}

function sentence(text: string): string {
  return `${text.replace(/\.$/, '')}.`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
