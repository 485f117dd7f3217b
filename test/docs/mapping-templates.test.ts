import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { mapItem } from '../../domain/catalog/map-item.ts';
import { readProduct } from '../../domain/catalog/product-schema.ts';
import { defaultInventoryTemplate } from '../../domain/mapping/default-inventory-template.ts';
import { conditionSchema } from '../../domain/mapping/condition-schema.ts';
import { ruleSchema } from '../../domain/mapping/rule-schema.ts';
import { compile, makeContext } from '../domain/catalog/builders.ts';
import { blocksOf, codeOf, codeWords, readText, rowsOf, sectionOf } from './markdown.ts';

const page = readText('docs/mapping-templates.md');
const example = blocksOf(page).find((block) => block.language === 'json')!;

/** The result of a field on the example of the page: its value, or `refused: CODE`. */
async function resultOf(mapping: Record<string, unknown>, field: string): Promise<unknown> {
  const read = readProduct(JSON.parse(example.text));
  if (!read.ok) throw new Error(read.reason);
  const mapped = await mapItem(compile(mapping), makeContext(), read.product, read.product.variants[0]!);
  if (!mapped.ok) return `refused: ${mapped.code}`;
  const item = mapped.item as unknown as Record<string, unknown>;
  return field in item ? item[field] : (mapped.item.attributes[field] ?? null);
}

/** Money is decimal text; the page writes it as numbers where that reads better. */
function plain(value: unknown): unknown {
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
}

function exampleRows(heading: string): [string, string, string][] {
  return rowsOf(sectionOf(page, heading)).flatMap(([first, second, third = '']) => {
    const code = codeOf(first);
    return code === undefined ? [] : [[code, second!, third] as [string, string, string]];
  });
}

const json = (cell: string): unknown => JSON.parse(codeOf(cell)!);

describe('docs/mapping-templates.md', () => {
  it.each(rowsOf(sectionOf(page, '## Where a value comes from')).slice(1))('%s: %s', async (_kind, cell, result) => {
    const mapping = parse(codeOf(cell)!) as Record<string, unknown>;
    expect(plain(await resultOf(mapping, Object.keys(mapping)[0]!))).toEqual(plain(json(result!)));
  });

  it.each(exampleRows('## Paths'))('the path %s', async (path, result) => {
    expect(plain(await resultOf({ found: path }, 'found'))).toEqual(plain(json(result)));
  });

  it.each([
    ...exampleRows('### On text').map((row) => ['title', ...row] as const),
    ...exampleRows('### On money and other numbers').map((row) => ['price', ...row] as const),
    ...exampleRows('### On quantities').map((row) => ['quantity', ...row] as const),
    ...exampleRows('### On any field').map((row) => ['title', ...row] as const),
  ])('on %s, %s makes of %s', async (field, rule, before, after) => {
    const result = await resultOf({ [field]: { value: json(before), rules: [parse(rule)] } }, field);
    const expected = after.startsWith('refused') ? after.replaceAll('`', '') : json(after);
    expect(plain(result)).toEqual(plain(expected));
  });

  it.each(exampleRows('## Conditions'))('%s holds for %s and not for %s', async (condition, holds, doesNot) => {
    const rules = [{ rule: 'set', value: true, when: parse(condition) as unknown }];
    const test = (value: unknown) => resultOf({ tested: { value, rules } }, 'tested');
    expect(await test(json(holds))).toBe(true);
    expect(await test(json(doesNot))).not.toBe(true);
  });

  it('shows every rule and every test of a condition', () => {
    const shown = exampleRows('## Rules').map(([rule]) => (parse(rule) as { rule: string }).rule);
    const names = ruleSchema.options.map((option) => option.shape.rule.value);
    expect([...new Set(shown)].sort()).toEqual([...names].sort());
    const conditions = exampleRows('## Conditions')
      .map(([condition]) => condition)
      .join(' ');
    for (const key of Object.keys(conditionSchema.shape)) expect(conditions).toContain(`${key}:`);
  });

  it('names every field with its default', () => {
    const words = codeWords(sectionOf(page, '## Fields'));
    for (const [field, path] of Object.entries(defaultInventoryTemplate)) {
      expect(words).toContain(field);
      expect(words).toContain(path);
    }
  });
});
