import { randomUUID } from 'node:crypto';
import { Piscina } from 'piscina';
import { StoreError } from '../bigcommerce/failures.ts';
import { PRODUCTS } from '../bigcommerce/products.ts';
import type { VariantLists } from './complete-variants.ts';
import type { FeedAnswer, FeedPlace, PackedPage } from './feed-answer.ts';
import type { ImportContext } from './import-context.ts';
import type { MappingOutcome, MappingPlan, MappingTask } from './mapping-thread.ts';
import { moved } from './moved.ts';
import { createSpentBytes } from './spent-bytes.ts';

export type MappedAnswer = FeedAnswer & { page: PackedPage };

/** An answer with products whose list of variants may be cut: nothing is mapped before those lists are there. */
export interface ShortAnswer extends FeedAnswer {
  page: { shortProductIds: number[] };
  mapWith(variants: VariantLists): Promise<MappedAnswer>;
}

/**
 * Reads and maps answers of the product list in a thread of its own, so that a worker that imports goes on answering
 * Temporal, sends orders on time, and has a page written while the next one is mapped.
 */
export interface PageMapper {
  /**
   * `body` is handed over and empty afterwards. Throws StoreError when it is not a page of products, or larger than the
   * thread can hold.
   */
  read(context: ImportContext, body: Uint8Array, place: FeedPlace): Promise<MappedAnswer | ShortAnswer>;
}

/**
 * Of the thread's heap. The young part is large enough that a page of products dies there, the old part holds a page of
 * any size that BigCommerce sends.
 */
const HEAP_MB = { maxYoungGenerationSizeMb: 48, maxOldGenerationSizeMb: 192 };
/** Near the end of its memory a thread collects garbage for minutes rather than give up. */
const LONGEST_MS = 60_000;
/** A thread without work is ended, and its memory given back. */
const IDLE_MS = 30_000;

/** A mapper over one thread: it keeps a core busy, and a second one would only compete with Postgres. */
export function createPageMapper(): PageMapper {
  const pool = new Piscina({
    filename: new URL('./mapping-thread.js', import.meta.url).href,
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: IDLE_MS,
    recordTiming: false,
    resourceLimits: HEAP_MB,
  });
  const spent = createSpentBytes();
  /** What the thread calls the contexts that it has been told of. */
  const keys = new WeakMap<ImportContext, string>();

  async function run(task: MappingTask): Promise<MappingOutcome> {
    const { byteLength } = task.body;
    try {
      const options = { name: 'readAnswer', signal: AbortSignal.timeout(LONGEST_MS) };
      return (await pool.run(moved(task, [task.body]), options)) as MappingOutcome;
    } catch (error) {
      const { code, name } = error as { code?: string; name?: string };
      if (code === 'ERR_WORKER_OUT_OF_MEMORY' || name === 'AbortError') throw tooLarge(byteLength);
      throw error;
    }
  }

  async function map(
    context: ImportContext,
    body: Uint8Array,
    place: FeedPlace,
    variants: VariantLists,
  ): Promise<MappedAnswer | ShortAnswer> {
    const known = keys.get(context);
    const task = { key: known ?? randomUUID(), place, variants };
    let outcome = await run({ ...task, body, plan: known === undefined ? planOf(context) : null });
    // The thread is a new one, or has heard of too many others since.
    if (outcome.kind === 'plan_unknown') outcome = await run({ ...task, body: outcome.body, plan: planOf(context) });
    keys.set(context, task.key);
    switch (outcome.kind) {
      case 'mapped':
        return outcome.answer;
      case 'short': {
        const { answer, shortProductIds, body: again } = outcome;
        const mapWith = (lists: VariantLists) => map(context, again, place, lists) as Promise<MappedAnswer>;
        return { ...answer, page: { shortProductIds }, mapWith };
      }
      case 'store_error': {
        const { code, message, details } = outcome.error;
        throw new StoreError(code, message, details);
      }
      case 'plan_unknown':
        throw new Error('The thread that maps pages forgot what it was told.');
    }
  }

  return {
    read(context, body, place) {
      spent.add(body.byteLength);
      return map(context, body, place, new Map());
    },
  };
}

function planOf({ settings, mapping }: ImportContext): MappingPlan {
  const { metrics: _, ...rest } = mapping;
  return { settings, mapping: rest };
}

function tooLarge(bytes: number): StoreError {
  const message = `BigCommerce answered GET ${PRODUCTS} with a page of ${bytes} bytes, more than fits in memory`;
  return new StoreError('unexpected_answer', message, { method: 'GET', path: PRODUCTS });
}
