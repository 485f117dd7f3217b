import type { Client } from '@temporalio/client';
import { useOfKeys } from '../../database/key-rotation.ts';
import { createSecretBox, keyName } from '../../database/secrets.ts';
import { counted } from '../../domain/counted.ts';
import { readIdentity } from '../../workers/identity.ts';
import { programVersion } from '../../workers/version.ts';
import { CORE_TASK_QUEUE, STORE_TASK_QUEUE } from '../../workflows/ids.ts';
import type { Session } from '../session.ts';
import { fine, problem, warning } from './check.ts';
import type { DoctorCheck } from './check.ts';

// TaskQueueType of the API; its enum is not exported by the client.
const QUEUES = [
  { name: CORE_TASK_QUEUE, taskQueueType: 1, what: 'workflows' },
  { name: CORE_TASK_QUEUE, taskQueueType: 2, what: 'database steps' },
  { name: STORE_TASK_QUEUE, taskQueueType: 2, what: 'steps that ask a store' },
];

/**
 * Temporal names whoever asked for work within five minutes. One that waits in vain asks again after a minute: who did
 * not, while others did, has ended.
 */
const LONGEST_POLL_SECONDS = 75;

/** Whether somebody works on each queue, and by this version. */
export async function checkWorkers(client: Client): Promise<DoctorCheck> {
  const queues = await pollersOf(client);
  const idle = queues.filter(({ identities }) => identities.length === 0).map(({ title }) => title);
  const workers = identitiesIn(queues);
  if (idle.length > 0)
    return problem('workers', `Nobody works on ${idle.join(', ')}.`, 'Start a worker with `bcsource worker`.');
  const other = workers.filter((identity) => readIdentity(identity).version !== programVersion());
  if (other.length > 0) {
    const message = `Not of this version (${programVersion()}): ${other.join(', ')}.`;
    return warning('workers', message, 'Install one version everywhere, the workers last.');
  }
  return fine('workers', `${counted(workers.length, 'worker', 'workers')} on both queues: ${workers.join(', ')}.`);
}

/** Whether every worker can read every stored secret, and could after `keys rotate`. */
export async function checkWorkerKeys(session: Session, client: Client): Promise<DoctorCheck> {
  const CHECK = 'worker keys';
  const box = createSecretBox(session.settings.encryptionKeys);
  const { byKey } = await useOfKeys(await session.database(), box);
  const inUse = Object.keys(byKey).filter((keyId) => byKey[keyId]! > 0);
  const blind = await workersWithout(client, inUse);
  const hint =
    'Start it with the BCSOURCE_ENCRYPTION_KEY that this command has. One that has just ended is named a little longer.';
  if (blind.length > 0) return problem(CHECK, `Stored secrets that a worker cannot read: ${blind.join('; ')}.`, hint);
  const unready = await workersWithout(client, [box.keyIds[0]]);
  if (unready.length > 0) return warning(CHECK, `\`keys rotate\` has to wait: ${unready.join('; ')}.`, hint);
  return fine(CHECK, 'Every worker can read every stored secret.');
}

/** The workers that lack one of these keys, each with what it lacks; those that do not tell are left out. */
export async function workersWithout(client: Client, keyIds: readonly string[]): Promise<string[]> {
  return identitiesIn(await pollersOf(client)).flatMap((identity) => {
    const known = readIdentity(identity).keyIds ?? keyIds;
    const missing = keyIds.filter((keyId) => !known.includes(keyId));
    return missing.length === 0 ? [] : [`${identity} lacks ${missing.map(keyName).join(', ')}`];
  });
}

interface Pollers {
  title: string;
  identities: string[];
}

function identitiesIn(queues: readonly Pollers[]): string[] {
  return [...new Set(queues.flatMap(({ identities }) => identities))];
}

function pollersOf(client: Client): Promise<Pollers[]> {
  const { namespace } = client.options;
  const asked = QUEUES.map(async ({ name, taskQueueType, what }) => {
    const { pollers } = await client.workflowService.describeTaskQueue({
      namespace,
      taskQueue: { name },
      taskQueueType,
    });
    const known = (pollers ?? []).map(({ identity, lastAccessTime }) => ({
      identity: identity ?? '',
      askedAt: Number(lastAccessTime?.seconds ?? 0),
    }));
    const newest = Math.max(...known.map(({ askedAt }) => askedAt));
    const alive = known.filter(({ askedAt }) => askedAt > newest - LONGEST_POLL_SECONDS);
    return { title: `${what} (${name})`, identities: alive.map(({ identity }) => identity) };
  });
  return Promise.all(asked);
}
