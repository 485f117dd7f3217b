import { v2Error, type Answer } from '../http/answers.ts';
import { isRecord } from '../http/call.ts';
import { findCountry } from '../geography/countries.ts';
import type { Address } from './order.ts';

const TEXTS = [
  'first_name',
  'last_name',
  'company',
  'street_1',
  'street_2',
  'city',
  'state',
  'zip',
  'phone',
  'email',
] as const;
const KNOWN = new Set<string>([...TEXTS, 'country', 'country_iso2', 'form_fields', 'shipping_method']);
const EMAIL = /^[^@\s]+@[^@\s]+$/;

/** A 400 that names a field, as V2 words it. */
export function invalidField(field: string, reason?: string): Answer {
  return v2Error(
    400,
    `The field '${field}' is invalid.`,
    reason === undefined ? undefined : { invalid_reason: reason },
  );
}

/**
 * Reads an address of an order. `country_iso2` suffices and overrides `country`; a name that is no country, none at all
 * and a null state are refused in the words of the 2013 reference, which is the only one that shows them.
 */
export function readAddress(raw: unknown, field: string, allowsFormFields: boolean): Address | Answer {
  if (!isRecord(raw)) return invalidField(field);
  const refused = refuseFields(raw, allowsFormFields);
  if (refused !== undefined) return refused;
  if (raw['country'] === undefined && raw['country_iso2'] === undefined) return invalidField(`${field}.country`);
  const country = findCountry(raw['country_iso2'] || raw['country']);
  if (country === undefined) return invalidField('country');
  const texts = Object.fromEntries(TEXTS.map((name) => [name, String(raw[name] ?? '')])) as Pick<
    Address,
    (typeof TEXTS)[number]
  >;
  const fields = Array.isArray(raw['form_fields']) ? (raw['form_fields'] as Address['form_fields']) : [];
  return { ...texts, country: country.name, country_iso2: country.iso2, form_fields: fields };
}

/** An address with some of its fields replaced; a new country name must not lose against the old code. */
export function mergeAddress(present: object, changes: unknown): unknown {
  if (!isRecord(changes)) return changes;
  const isMoved = changes['country'] !== undefined && changes['country_iso2'] === undefined;
  return { ...present, ...(isMoved ? { country_iso2: undefined } : {}), ...changes };
}

function refuseFields(raw: Record<string, unknown>, allowsFormFields: boolean): Answer | undefined {
  const unknown = Object.keys(raw).find((name) => !KNOWN.has(name));
  if (unknown !== undefined) return v2Error(400, `The field '${unknown}' is not supported by this resource.`);
  if (raw['form_fields'] !== undefined && !allowsFormFields) {
    return v2Error(400, "The field 'form_fields' is not supported by this resource.");
  }
  for (const name of TEXTS) {
    if (raw[name] === null) return v2Error(400, `The field '${name}' does not allow null values.`);
    if (raw[name] !== undefined && !['string', 'number'].includes(typeof raw[name])) return invalidField(name);
  }
  const { zip, email } = raw;
  if (zip !== undefined && String(zip).length < 2) return invalidField('zip');
  return email !== undefined && email !== '' && !EMAIL.test(String(email)) ? invalidField('email') : undefined;
}
