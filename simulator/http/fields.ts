import type { Query } from './call.ts';

/** Which top-level fields an answer shows. Sub-resources are not its business: `include` alone decides on them. */
export interface FieldChoice {
  readonly key: string;
  /** The only fields wanted, or undefined for all but the unwanted ones. */
  readonly wanted: readonly string[] | undefined;
  readonly unwanted: ReadonlySet<string>;
}

/** Reads `include_fields` and `exclude_fields`; the id cannot be left out (products_catalog.v3.yml, IncludeFieldsParam). */
export function fieldChoice(query: Query): FieldChoice {
  const included = listOf(query['include_fields']);
  const excluded = listOf(query['exclude_fields']).filter((field) => field !== 'id');
  return {
    key: `${included.join()}/${excluded.join()}`,
    wanted: included.length === 0 ? undefined : [...new Set(['id', ...included])],
    unwanted: new Set(excluded),
  };
}

/** The chosen fields of an object; the object itself when all are. */
export function choose(fields: object, choice: FieldChoice): object {
  const { wanted, unwanted } = choice;
  if (wanted === undefined && unwanted.size === 0) return fields;
  const values = fields as Record<string, unknown>;
  const names = (wanted ?? Object.keys(fields)).filter((name) => name in fields && !unwanted.has(name));
  return Object.fromEntries(names.map((name) => [name, values[name]]));
}

/** A comma list of a query, without blanks and empty entries. */
export function listOf(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}
