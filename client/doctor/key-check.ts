import type { Executor } from '../../database/connect.ts';
import { useOfKeys } from '../../database/key-rotation.ts';
import { createSecretBox } from '../../database/secrets.ts';
import type { Settings } from '../../domain/environment.ts';
import { fine, problem, warning } from './check.ts';
import type { DoctorCheck } from './check.ts';

const CHECK = 'encryption';

/** Whether every stored secret can be read, and which keys nobody needs any more. */
export async function checkKeys(db: Executor, settings: Settings): Promise<DoctorCheck> {
  const box = createSecretBox(settings.encryptionKeys);
  const { byKey, unreadable } = await useOfKeys(db, box);
  if (unreadable.length > 0) {
    return problem(
      CHECK,
      `The credentials of ${unreadable.join(', ')} cannot be read with BCSOURCE_ENCRYPTION_KEY.`,
      'Add the key that encrypted them behind a comma, or apply the sources again.',
    );
  }
  const [first, ...others] = box.keyIds;
  const older = others.filter((keyId) => byKey[keyId]! > 0);
  if (older.length > 0) {
    const counts = older.map((keyId) => `${byKey[keyId]} by key ${keyId}`).join(', ');
    return warning(
      CHECK,
      `Of the stored secrets ${byKey[first]} are encrypted by the first key, ${first}, and ${counts}.`,
      'Run `bcsource keys rotate` when every worker knows the first key; then the others can be dropped.',
    );
  }
  if (others.length > 0) {
    const places = others.map((keyId) => `number ${box.keyIds.indexOf(keyId) + 1} (${keyId})`).join(', ');
    return warning(
      CHECK,
      `Every stored secret is encrypted by the first key, ${first}; nothing needs key ${places} any more.`,
      'Take it out of BCSOURCE_ENCRYPTION_KEY; keep it as long as you keep older backups.',
    );
  }
  return fine(CHECK, `Every stored secret can be read, by key ${first}.`);
}
