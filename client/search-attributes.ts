import type { Connection } from '@temporalio/client';
import { findAttributesAmiss, registerSearchAttributes } from '../local/search-attributes.ts';
import type { AttributesAmiss } from '../local/search-attributes.ts';
import { ClientError } from './errors.ts';

/**
 * Makes the search attributes of ours that a namespace lacks, and answers their names. Throws ClientError
 * `search_attribute_type` where one that was there has another type: no workflow of ours could start.
 */
export async function ensureSearchAttributes(connection: Connection, namespace: string): Promise<string[]> {
  const registered = await registerSearchAttributes(connection, namespace);
  const { mistyped } = await findAttributesAmiss(connection, namespace);
  if (mistyped.length === 0) return registered;
  const { message, hint } = describeMistyped(namespace, mistyped);
  throw new ClientError('search_attribute_type', message, hint, 1);
}

/** Which attributes have another type than they should, and how to make them right: Temporal cannot change one in place. */
export function describeMistyped(
  namespace: string,
  mistyped: AttributesAmiss['mistyped'],
): { message: string; hint: string } {
  const types = mistyped.map(({ name, is, wanted }) => `${name} is ${is} and should be ${wanted}`);
  const names = mistyped.map(({ name }) => `--name ${name}`).join(' ');
  const remove = `temporal operator search-attribute remove --namespace ${namespace} ${names}`;
  return {
    message: `Search attributes of another type: ${types.join(', ')}.`,
    hint: `Remove with \`${remove}\`, then make anew with \`bcsource setup\`.`,
  };
}
