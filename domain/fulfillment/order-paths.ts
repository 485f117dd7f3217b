import type { ResolvedPath } from '../mapping/language.ts';
import { parsePath, readerOf, suggestion } from '../mapping/path.ts';
import type { OrderRecord } from './order-record.ts';

type Resolved = ResolvedPath<OrderRecord> | { problem: string };

const ADDRESS = new Set(
  (
    'firstName lastName fullName company address1 address2 city state stateCode stateName postalCode country ' +
    'countryCode countryName email phone'
  ).split(' '),
);
const LINE = new Set(['id', 'sku', 'quantity', 'unitPrice', 'title']);

/** The names that a path may start with, and what may follow each; null where nothing may. */
const FIELDS: ReadonlyMap<string, ReadonlySet<string> | null> = new Map<string, ReadonlySet<string> | null>([
  ['number', null],
  ['source', null],
  ['note', null],
  ['staffNotes', null],
  ['customerMessage', null],
  ['billingAddress', ADDRESS],
  ['shippingAddress', ADDRESS],
  ['shippingMethod', new Set(['carrier', 'method', 'name', 'code', 'label'])],
  ['lines', LINE],
  ['estimatedShippingCost', null],
  ['estimatedDropshipFee', null],
  ['totalCost', null],
  ['totalWeightLbs', null],
  ['generatedAt', null],
]);

/** Names that a path or an expression may start with. */
export const ORDER_ROOTS: ReadonlySet<string> = new Set(FIELDS.keys());

/** Finds the reader of a path of the fulfillment request, or says why there is none. */
export function resolveOrderPath(path: string): Resolved {
  const steps = parsePath(path);
  if (!steps) return { problem: `is not a path such as number or billingAddress.city: ${path}` };
  const [root, ...rest] = steps;
  const known = FIELDS.get(String(root));
  if (known === undefined) return { problem: `there is no field ${root}${suggestion(String(root), ORDER_ROOTS)}` };
  const problem = root === 'lines' ? lineProblem(rest) : fieldProblem(String(root), rest, known);
  if (problem !== null) return { problem };
  const read = readerOf(steps);
  return { read: ({ values }) => read(values), needs: [] };
}

function fieldProblem(root: string, rest: (string | number)[], known: ReadonlySet<string> | null): string | null {
  if (known === null) return rest.length === 0 ? null : `has nothing below it: ${root}`;
  const [field, ...deeper] = rest;
  if (field === undefined) return `needs one field of it, such as ${root}.${[...known][0]}`;
  if (known.has(String(field)) && deeper.length === 0) return null;
  return `there is no field ${[root, ...rest].join('.')}${suggestion(String(field), known)}`;
}

function lineProblem([place, field, ...deeper]: (string | number)[]): string | null {
  const isPlaced = typeof place === 'number' && typeof field === 'string' && LINE.has(field) && deeper.length === 0;
  return isPlaced ? null : 'needs one field of one line, such as lines[0].sku; use an expression for several';
}
