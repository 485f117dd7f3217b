import type { Category } from '../generator/categories.ts';
import { json, v3Error, type Answer } from '../http/answers.ts';
import { idParam, type Call } from '../http/call.ts';
import { choose, fieldChoice } from '../http/fields.ts';
import { compileFilters, filterNames, type Filter } from '../http/filters.ts';
import { refuseUnknown, v3List } from '../http/paging.ts';

const TREE = { id: 1, name: 'Default catalog tree', channels: [1] };

const SHARED_FILTERS: readonly Filter<Category>[] = [
  { name: 'parent_id', kind: 'number', value: (category) => category.parentId },
  { name: 'name', kind: 'text', value: (category) => category.name },
  { name: 'is_visible', kind: 'flag', value: (category) => (category.isVisible ? 1 : 0) },
];
const FLAT_FILTERS: readonly Filter<Category>[] = [
  { name: 'id', kind: 'number', value: (category) => category.id },
  ...SHARED_FILTERS,
];
const TREE_FILTERS: readonly Filter<Category>[] = [
  { name: 'category_id', kind: 'number', value: (category) => category.id },
  { name: 'tree_id', kind: 'number', value: () => TREE.id },
  ...SHARED_FILTERS,
];
const COMMON = [
  'page',
  'limit',
  'sort',
  'keyword',
  'page_title',
  'page_title:like',
  'include_fields',
  'exclude_fields',
];

/** GET /v3/catalog/categories, deprecated but kept. */
export function listCategories(call: Call): Answer {
  return list(call, FLAT_FILTERS, (category) => ({
    id: category.id,
    parent_id: category.parentId,
    ...details(category),
    custom_url: { url: urlOf(category), is_customized: false },
  }));
}

/** GET /v3/catalog/trees/categories: flat, over all trees. */
export function listTreeCategories(call: Call): Answer {
  return list(call, TREE_FILTERS, (category) => ({
    category_id: category.id,
    category_uuid: `00000000-0000-4000-8000-${String(category.id).padStart(12, '0')}`,
    parent_id: category.parentId,
    tree_id: TREE.id,
    ...details(category),
    url: { path: urlOf(category), is_customized: false },
  }));
}

/** GET /v3/catalog/trees. */
export function listTrees(call: Call): Answer {
  return v3List(call.query, [TREE]);
}

/** GET /v3/catalog/trees/{id}/categories: nested, without pages. */
export function getTree(call: Call): Answer {
  if (idParam(call, 'treeId') !== TREE.id) return v3Error(404, 'The requested resource was not found.');
  const { categories } = call.store.catalogue.generator.forest;
  return json({ data: nest(categories, 0, []), meta: {} });
}

function list(call: Call, filters: readonly Filter<Category>[], write: (category: Category) => object): Answer {
  const refused = refuseUnknown(call.query, new Set([...filterNames(filters), ...COMMON]));
  if (refused !== undefined) return refused;
  const tests = compileFilters(call.query, filters, call.store.now());
  if ('status' in tests) return tests;
  const { categories } = call.store.catalogue.generator.forest;
  const choice = fieldChoice(call.query);
  const found = categories.filter((category) => tests.every((test) => test(category)));
  return v3List(
    call.query,
    found.map((category) => choose(write(category), choice)),
  );
}

function details(category: Category): Record<string, unknown> {
  return {
    name: category.name,
    description: '',
    views: 0,
    sort_order: 0,
    page_title: '',
    meta_keywords: [],
    meta_description: '',
    layout_file: 'category.html',
    image_url: '',
    is_visible: category.isVisible,
    search_keywords: '',
    default_product_sort: 'use_store_settings',
  };
}

function nest(categories: readonly Category[], parentId: number, path: readonly number[]): unknown[] {
  return categories
    .filter((category) => category.parentId === parentId)
    .map((category) => ({
      id: category.id,
      parent_id: parentId,
      depth: path.length,
      path: [...path, category.id],
      name: category.name,
      is_visible: category.isVisible,
      url: urlOf(category),
      children: nest(categories, category.id, [...path, category.id]),
    }));
}

function urlOf(category: Category): string {
  return `/${category.path.toLowerCase().replace(/[^a-z0-9/]+/g, '-')}/`;
}
