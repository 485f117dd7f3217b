import type { Query } from './call.ts';

/** Which top-level fields an answer shows. Sub-resources are not its business: `include` alone decides on them. */
export interface FieldChoice {
  readonly key: string;
  readonly shows: (field: string) => boolean;
}

/** Reads `include_fields` and `exclude_fields`; the id cannot be left out (products_catalog.v3.yml, IncludeFieldsParam). */
export function fieldChoice(query: Query): FieldChoice {
  const included = listOf(query['include_fields']);
  const excluded = listOf(query['exclude_fields']);
  const wanted = included.length === 0 ? undefined : new Set(included);
  const unwanted = new Set(excluded);
  return {
    key: `${included.join()}/${excluded.join()}`,
    shows: (field) => field === 'id' || ((wanted?.has(field) ?? true) && !unwanted.has(field)),
  };
}

/** Copies the chosen fields of an object. */
export function choose(fields: object, choice: FieldChoice): Record<string, unknown> {
  if (choice.key === '/') return { ...fields };
  return Object.fromEntries(Object.entries(fields).filter(([field]) => choice.shows(field)));
}

/** A comma list of a query, without blanks and empty entries. */
export function listOf(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}
