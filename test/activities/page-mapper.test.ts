import { describe, expect, it } from '@jest/globals';
import type { ImportContext } from '../../activities/import-context.ts';
import { itemAt } from '../../database/packed-items.ts';
import type { MappedAnswer, PageMapper, ShortAnswer } from '../../activities/page-mapper.ts';

// The built one: its thread is started from a file.
const built = '../../dist/activities/page-mapper.js';
const { createPageMapper } = (await import(built)) as { createPageMapper: () => PageMapper };

function contextOf(currency: string): ImportContext {
  const mapping = {
    ...{ storeCurrency: currency, weightFactorKg: '1', dimensionFactorCm: '1', untrackedQuantity: 0 },
    ...{ unpurchasable: 'keep', metrics: new Map(), brands: new Map([[1, 'ACME']]), categories: new Map() },
  };
  return { settings: { mapping: {} }, mapping } as unknown as ImportContext;
}

const variant = (id: number) => ({ id, sku: `S-${id}`, inventory_level: 5, price: 1 });

function product(id: number, variants: unknown): Record<string, unknown> {
  return {
    id,
    name: 'Mug',
    type: 'physical',
    is_visible: true,
    brand_id: 1,
    inventory_tracking: 'variant',
    price: 1,
    variants,
  };
}

const bodyOf = (data: unknown[]) =>
  new TextEncoder().encode(JSON.stringify({ data, meta: { pagination: { total: 9 } } }));

function skusOf({ page }: MappedAnswer | ShortAnswer): string[] {
  const { items } = page as MappedAnswer['page'];
  return Array.from({ length: items.count }, (_, index) => itemAt(items, index).sku);
}

const EVERYWHERE = { after: 0, upTo: null };

describe('pages that are mapped in a thread of their own', () => {
  const mapper = createPageMapper();
  const context = contextOf('USD');

  it('say what comes after the cursor, with what the source says of it', async () => {
    const body = bodyOf([product(3, [variant(31)]), product(5, [variant(51), variant(52)])]);
    const answer = await mapper.read(context, body, { after: 3, upTo: null });
    expect(answer).toMatchObject({ listed: 2, own: 1, lastId: 5, total: 9, listsVariants: true });
    expect(skusOf(answer)).toEqual(['S-51', 'S-52']);
    expect(itemAt((answer as MappedAnswer).page.items, 0)).toMatchObject({ currency: 'USD', brand: 'ACME' });
    // Handed over, not copied.
    expect(body.byteLength).toBe(0);
  });

  it('leave what lies beyond the range to its own range: not every store minds where a range ends', async () => {
    const body = bodyOf([product(9, [variant(91)]), product(10, [variant(101)]), product(11, [variant(111)])]);
    const answer = await mapper.read(context, body, { after: 8, upTo: 10 });
    expect(answer).toMatchObject({ listed: 3, own: 3, lastId: 11, page: { products: 2 } });
    expect(skusOf(answer)).toEqual(['S-101', 'S-91']);
  });

  it('are not mapped before each list of variants is whole', async () => {
    const listed = Array.from({ length: 50 }, (_, index) => variant(100 + index));
    const answer = (await mapper.read(
      context,
      bodyOf([product(7, listed), product(8, [variant(81)])]),
      EVERYWHERE,
    )) as ShortAnswer;
    expect(answer.page).toEqual({ shortProductIds: [7] });
    const whole = await answer.mapWith(new Map([[7, [...listed, variant(200)]]]));
    expect(skusOf(whole)).toHaveLength(52);
    expect(skusOf(whole)).toContain('S-200');
  });

  it('lose an item whose SKU no index can hold, and nothing else', async () => {
    const body = bodyOf([product(7, [{ ...variant(71), sku: 'x'.repeat(601) }, variant(72)])]);
    const answer = await mapper.read(context, body, EVERYWHERE);
    expect(skusOf(answer)).toEqual(['S-72']);
    expect(answer.page).toMatchObject({ refusedVariantIds: [71], findings: [{ code: 'sku_too_long', variantId: 71 }] });
  });

  it('may have a byte order mark in front', async () => {
    const body = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bodyOf([product(7, [variant(71)])])]);
    expect(skusOf(await mapper.read(context, new Uint8Array(body), EVERYWHERE))).toEqual(['S-71']);
  });

  it.each([
    ['<html>', 'a web page'],
    ['{"data":[{"id":', 'broken JSON'],
    ['{"status":200}', 'without a list of data'],
  ])('that are none fail as an answer of the store does: %s', async (body, words) => {
    const failure = mapper.read(context, new TextEncoder().encode(body), EVERYWHERE);
    await expect(failure).rejects.toMatchObject({ name: 'StoreError', code: 'unexpected_answer', mayBeTooLarge: true });
    await expect(failure).rejects.toThrow(words);
  });

  it('are mapped as their own source says, also when the thread has heard of many others since', async () => {
    const others = Array.from({ length: 12 }, (_, index) => contextOf(`C${index}`));
    for (const each of [...others, ...others, context]) {
      const answer = (await mapper.read(each, bodyOf([product(1, [variant(11)])]), EVERYWHERE)) as MappedAnswer;
      expect(itemAt(answer.page.items, 0).currency).toBe(each.mapping.storeCurrency);
    }
  });

  it('larger than the thread can hold are asked for in halves, and the next one is mapped', async () => {
    const variants = (id: number) =>
      Array.from({ length: 401 }, (_, index) => ({ ...variant(id * 1000 + index), upc: 'x'.repeat(300) }));
    const huge = bodyOf(Array.from({ length: 250 }, (_, index) => product(index + 1, variants(index))));
    await expect(mapper.read(context, huge, EVERYWHERE)).rejects.toMatchObject({
      code: 'unexpected_answer',
      mayBeTooLarge: true,
    });
    expect(skusOf(await mapper.read(context, bodyOf([product(1, [variant(11)])]), EVERYWHERE))).toEqual(['S-11']);
  });
});
