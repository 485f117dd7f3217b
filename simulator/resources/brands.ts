import { FIRST_BRAND_ID } from '../generator/fields.ts';
import { BRANDS } from '../generator/words.ts';
import { json, v3Error, type Answer } from '../http/answers.ts';
import { idParam, type Call } from '../http/call.ts';
import { choose, fieldChoice } from '../http/fields.ts';
import { compileFilters, filterNames, type Filter } from '../http/filters.ts';
import { refuseUnknown, v3List } from '../http/paging.ts';

interface Brand {
  readonly id: number;
  readonly name: string;
  readonly [field: string]: unknown;
}

const ALL: readonly Brand[] = BRANDS.map((name, position) => ({
  id: FIRST_BRAND_ID + position,
  name,
  page_title: '',
  meta_keywords: [],
  meta_description: '',
  search_keywords: '',
  image_url: '',
  custom_url: { url: `/brands/${encodeURIComponent(name)}.html`, is_customized: false },
}));

const FILTERS: readonly Filter<Brand>[] = [
  { name: 'id', kind: 'number', value: (brand) => brand.id },
  { name: 'name', kind: 'text', value: (brand) => brand.name },
];
const KNOWN = new Set([
  ...filterNames(FILTERS),
  ...['page_title', 'page', 'limit', 'sort', 'direction', 'include_fields', 'exclude_fields'],
]);

/** GET /v3/catalog/brands. */
export function listBrands(call: Call): Answer {
  const refused = refuseUnknown(call.query, KNOWN);
  if (refused !== undefined) return refused;
  const tests = compileFilters(call.query, FILTERS, call.store.now());
  if ('status' in tests) return tests;
  const found = ALL.filter((brand) => tests.every((test) => test(brand)));
  if (call.query['sort'] === 'name') found.sort((a, b) => (a.name < b.name ? -1 : 1));
  if (call.query['direction'] === 'desc') found.reverse();
  const choice = fieldChoice(call.query);
  return v3List(
    call.query,
    found.map((brand) => choose(brand, choice)),
  );
}

/** GET /v3/catalog/brands/{id}. */
export function getBrand(call: Call): Answer {
  const brand = ALL.find((candidate) => candidate.id === idParam(call, 'brandId'));
  if (brand === undefined) return v3Error(404, 'The requested resource was not found.');
  return json({ data: choose(brand, fieldChoice(call.query)), meta: {} });
}

/** The name of a brand, or nothing when no such brand exists. */
export function brandName(id: unknown): string {
  return ALL.find((brand) => brand.id === id)?.name ?? '';
}
