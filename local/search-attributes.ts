import { setTimeout as sleep } from 'node:timers/promises';
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
const VALUE_TYPES = { Text: 1, Keyword: 2, Int: 3, Double: 4, Bool: 5, Datetime: 6, KeywordList: 7 } as const;
const INVALID_ARGUMENT = 3;
const ALREADY_EXISTS = 6;
// Each server of a cluster reads its namespaces anew every few seconds.
const USABLE_WITHIN_MS = 60_000;

/** What a namespace has of our attributes otherwise than the workflows need it. */
export interface AttributesAmiss {
  missing: string[];
  mistyped: { name: string; is: string; wanted: string }[];
}

/** Compares the attributes of a namespace with ours; changes nothing. */
export async function findAttributesAmiss(connection: Connection, namespace: string): Promise<AttributesAmiss> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const ours = Object.entries(SEARCH_ATTRIBUTES).map(([name, wanted]) => ({
    name,
    wanted,
    type: customAttributes[name],
  }));
  return {
    missing: ours.filter(({ type }) => type === undefined).map(({ name }) => name),
    mistyped: ours.flatMap(({ name, wanted, type }) =>
      type === undefined || type === VALUE_TYPES[wanted] ? [] : [{ name, is: nameOf(type), wanted }],
    ),
  };
}

function nameOf(type: number): string {
  return Object.entries(VALUE_TYPES).find(([, value]) => value === type)?.[0] ?? `type ${type}`;
}

/**
 * Makes the attributes of ours that a namespace lacks, waits until they can be used, and answers their names. Safe to
 * repeat, also by two at once.
 */
export async function registerSearchAttributes(connection: Connection, namespace: string): Promise<string[]> {
  const { missing } = await findAttributesAmiss(connection, namespace);
  if (missing.length === 0) return [];
  const types = Object.entries(SEARCH_ATTRIBUTES).filter(([name]) => missing.includes(name));
  const searchAttributes = Object.fromEntries(types.map(([name, type]) => [name, VALUE_TYPES[type]]));
  await connection.operatorService
    .addSearchAttributes({ namespace, searchAttributes })
    .catch((error: { code?: number }) => {
      if (error.code !== ALREADY_EXISTS) throw error;
    });
  await waitUntilUsable(connection, namespace, missing);
  return missing;
}

/** Until then a workflow that carries them cannot be started: its namespace has no mapping for them. */
async function waitUntilUsable(connection: Connection, namespace: string, names: readonly string[]): Promise<void> {
  const query = names.map((name) => `${name} is null`).join(' and ');
  const isUsable = (): Promise<boolean> =>
    connection.workflowService.countWorkflowExecutions({ namespace, query }).then(
      () => true,
      (error: { code?: number }) => {
        if (error.code === INVALID_ARGUMENT) return false;
        throw error;
      },
    );
  const deadline = Date.now() + USABLE_WITHIN_MS;
  while (!(await isUsable())) {
    if (Date.now() > deadline) throw new Error(`Temporal does not know the search attributes ${names.join(', ')} yet.`);
    await sleep(250);
  }
}
