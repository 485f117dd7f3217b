import type { Client } from '@temporalio/client';
import { useOfKeys } from '../../database/key-rotation.ts';
import { createSecretBox, keyName } from '../../database/secrets.ts';
import { counted } from '../../domain/counted.ts';
import { readIdentity } from '../../workers/identity.ts';
import { identitiesIn, pollersOf } from '../../workers/pollers.ts';
import { programVersion } from '../../workers/version.ts';
import type { Session } from '../session.ts';
import { fine, problem, warning } from './check.ts';
import type { DoctorCheck } from './check.ts';

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
