import { StoreError } from '../bigcommerce/failures.ts';
import { compileInventoryTemplate } from '../domain/mapping/inventory-template.ts';
import type { ItemContext } from '../domain/mapping/inventory-template.ts';
import type { InventorySettings } from '../domain/source/inventory.ts';
import type { VariantLists } from './complete-variants.ts';
import { readFeedAnswer } from './feed-answer.ts';
import type { FeedAnswer, FeedPlace, PackedPage } from './feed-answer.ts';
import type { MappingContext } from './map-page.ts';
import { moved } from './moved.ts';

// What runs in the thread of page-mapper.ts.

/** A mapping context without what cannot be copied to another thread. */
export interface MappingPlan {
  settings: InventorySettings;
  mapping: Omit<ItemContext, 'metrics'>;
}

export interface MappingTask {
  key: string;
  /** Left out where the thread has been told before. */
  plan: MappingPlan | null;
  body: Uint8Array;
  place: FeedPlace;
  variants: VariantLists;
}

/** Errors of ours lose their class between threads, so they go as data; a body that has to be read again goes back. */
export type MappingOutcome =
  | { kind: 'mapped'; answer: FeedAnswer & { page: PackedPage } }
  | { kind: 'short'; answer: FeedAnswer; shortProductIds: number[]; body: Uint8Array }
  | { kind: 'plan_unknown'; body: Uint8Array }
  | { kind: 'store_error'; error: Pick<StoreError, 'code' | 'message' | 'details'> };

const MOST_PLANS = 8;
const known = new Map<string, MappingContext>();

/** Reads and maps an answer of the product list; its bytes, and those of the items, change hands and are not copied. */
export async function readAnswer(task: MappingTask): Promise<MappingOutcome> {
  const outcome = await outcomeOf(task);
  const given: ArrayBufferView[] =
    outcome.kind === 'mapped' ? [outcome.answer.page.items.bytes, outcome.answer.page.items.ends] : [];
  const back = 'body' in outcome ? [outcome.body] : [];
  return moved(outcome, [...given, ...back]);
}

async function outcomeOf({ key, plan, body, place, variants }: MappingTask): Promise<MappingOutcome> {
  const context = plan ? contextOf(plan) : known.get(key);
  if (!context) return { kind: 'plan_unknown', body };
  known.delete(key);
  known.set(key, context);
  if (known.size > MOST_PLANS) known.delete(known.keys().next().value!);
  try {
    const answer = await readFeedAnswer(context, body, place, variants);
    const { page } = answer;
    if ('shortProductIds' in page) return { kind: 'short', answer, shortProductIds: page.shortProductIds, body };
    return { kind: 'mapped', answer: { ...answer, page } };
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    const { code, message, details } = error;
    return { kind: 'store_error', error: { code, message, details } };
  }
}

function contextOf({ settings, mapping }: MappingPlan): MappingContext {
  const compiled = compileInventoryTemplate(settings.mapping, settings.mappingSets ?? {});
  if (!compiled.ok) throw new Error('The mapping that was compiled in one thread cannot be compiled in another.');
  return { settings, template: compiled.template, mapping: { ...mapping, metrics: new Map() } };
}
