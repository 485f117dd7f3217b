import type { Connection } from '@temporalio/client';

/** What the workflows write, by name and type; registered when a stack starts. */
export const SEARCH_ATTRIBUTES = {
  BcSource: 'Keyword',
  BcFrNumber: 'Keyword',
  BcFrState: 'Keyword',
  BcOrderId: 'Keyword',
  BcNextStepAt: 'Datetime',
} as const;

// IndexedValueType of the API; its enum is not exported by the client.
const VALUE_TYPES = { Keyword: 2, Datetime: 6 } as const;
const ALREADY_EXISTS = 6;

/** Makes the attributes of ours that a namespace lacks, and answers their names. Safe to repeat, also by two at once. */
export async function registerSearchAttributes(connection: Connection, namespace: string): Promise<string[]> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const missing = Object.entries(SEARCH_ATTRIBUTES).filter(([name]) => !(name in customAttributes));
  if (missing.length === 0) return [];
  const searchAttributes = Object.fromEntries(missing.map(([name, type]) => [name, VALUE_TYPES[type]]));
  await connection.operatorService
    .addSearchAttributes({ namespace, searchAttributes })
    .catch((error: { code?: number }) => {
      if (error.code !== ALREADY_EXISTS) throw error;
    });
  return missing.map(([name]) => name);
}
