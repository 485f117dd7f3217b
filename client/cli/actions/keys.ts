import type { Client } from '@temporalio/client';
import { rotateKeys, sourcesOf, useOfKeys } from '../../../database/key-rotation.ts';
import { createSecretBox, keyName } from '../../../database/secrets.ts';
import { workersWithout } from '../../doctor/worker-checks.ts';
import { ClientError, usageError } from '../../errors.ts';
import type { ExitCode } from '../../errors.ts';
import type { Session } from '../../session.ts';
import { interruption } from '../perform.ts';
import { printJson, printLine, printTable, remark } from '../output.ts';
import type { OutputOptions } from '../output.ts';
import { withSession } from '../with-session.ts';

/** Which key has encrypted how much; keys are named by the beginning of their digest. */
export function list(options: OutputOptions): Promise<void> {
  return withSession(async (session) => {
    const box = createSecretBox(session.settings.encryptionKeys);
    const use = await useOfKeys(await session.database(), box);
    const { byKey } = use;
    const unreadable = sourcesOf(use.unreadable);
    const placeOf = (keyId: string) => box.placesOf(keyId)[0] ?? null;
    const rows = Object.entries(byKey).map(([keyId, secrets]) => ({ keyId, place: placeOf(keyId), secrets }));
    if (options.json) return printJson({ keys: rows, unreadable });
    await printTable(
      ['key', 'place in the list', 'secrets'],
      rows.map(({ keyId, place, secrets }) => [keyName(keyId), place ?? 'missing', secrets]),
    );
    if (unreadable.length > 0) remark(`Cannot be read: ${unreadable.join(', ')}.`);
  });
}

/**
 * Encrypts everything with the first key, which every worker must know; exit code 1 when something cannot be read. Throws
 * ClientError, with nothing done, where a worker lacks the key or Temporal cannot be asked.
 */
export function rotate(options: OutputOptions): Promise<ExitCode> {
  return withSession(async (session) => {
    const box = createSecretBox(session.settings.encryptionKeys);
    await refuseBlindWorkers(session, box.keyIds[0]);
    const signal = interruption();
    const done = await rotateKeys(await session.database(), box, () => !signal.aborted);
    if (options.json) printJson({ keyId: box.keyIds[0], ...done });
    else {
      printLine(`${done.rotated} secrets were encrypted anew, by key ${box.keyIds[0]}.`);
      if (!done.isDone) printLine('Interrupted; the rest is still readable by its old key. Run it again.');
      if (done.unreadable > 0) printLine(`${done.unreadable} cannot be read; see \`bcsource doctor\`.`);
    }
    if (!done.isDone) return 130;
    return done.unreadable > 0 ? 1 : 0;
  });
}

/** A worker without the key that everything is about to be encrypted by could send nothing any more. */
async function refuseBlindWorkers(session: Session, keyId: string): Promise<void> {
  const blind = await workersWithout(await askTemporal(session), [keyId]);
  if (blind.length === 0) return;
  throw usageError(
    `Not every worker knows the first key: ${blind.join('; ')}. Nothing was encrypted anew.`,
    'Start every worker with this BCSOURCE_ENCRYPTION_KEY first. One that has just ended is named a little longer.',
  );
}

/** Throws ClientError `temporal_unavailable`: workers that wait for it may lack the key as well. */
async function askTemporal(session: Session): Promise<Client> {
  try {
    return await session.temporal();
  } catch (error) {
    if (!(error instanceof ClientError && error.code === 'temporal_unavailable')) throw error;
    const message = `${error.message} So nobody can say whether every worker knows the first key; nothing was encrypted anew.`;
    throw new ClientError(error.code, message, `${error.hint} Then run it again.`, error.exitCode);
  }
}
