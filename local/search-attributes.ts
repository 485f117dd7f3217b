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
const VALUE_TYPES = { Keyword: 2, Datetime: 6 } as const;
const INVALID_ARGUMENT = 3;
const ALREADY_EXISTS = 6;
// Each server of a cluster reads its namespaces anew every few seconds.
const USABLE_WITHIN_MS = 60_000;

/**
 * Makes the attributes of ours that a namespace lacks, waits until they can be used, and answers their names. Safe to
 * repeat, also by two at once.
 */
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
  const names = missing.map(([name]) => name);
  await waitUntilUsable(connection, namespace, names);
  return names;
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
