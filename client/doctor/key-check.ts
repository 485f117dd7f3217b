import type { Executor } from '../../database/connect.ts';
import { sourcesOf, useOfKeys } from '../../database/key-rotation.ts';
import type { UnreadableSecret } from '../../database/key-rotation.ts';
import { createSecretBox } from '../../database/secrets.ts';
import type { SecretBox } from '../../database/secrets.ts';
import type { Settings } from '../../domain/environment.ts';
import { fine, problem, warning } from './check.ts';
import type { DoctorCheck } from './check.ts';

const CHECK = 'encryption';

/** Whether every stored secret can be read, and which keys nobody needs any more. */
export async function checkKeys(db: Executor, settings: Settings): Promise<DoctorCheck> {
  const box = createSecretBox(settings.encryptionKeys);
  const { byKey, unreadable } = await useOfKeys(db, box);
  if (unreadable.length > 0) {
    return problem(CHECK, `Cannot be read with BCSOURCE_ENCRYPTION_KEY: ${describe(unreadable)}.`, remedy(unreadable));
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
  const spare = spareKeys(box);
  if (spare.length > 0) {
    return warning(
      CHECK,
      `Every stored secret is encrypted by the first key, ${first}; nothing needs key ${spare.join(', ')} any more.`,
      others.length > 0
        ? 'Take it out of BCSOURCE_ENCRYPTION_KEY; keep it as long as you keep older backups.'
        : 'Take it out of BCSOURCE_ENCRYPTION_KEY.',
    );
  }
  return fine(CHECK, `Every stored secret can be read, by key ${first}.`);
}

/** Every place in the list that can go where the first key reads everything, the first one's own copies too. */
function spareKeys(box: SecretBox): string[] {
  return box.keyIds.flatMap((keyId, index) => {
    const [first, ...again] = box.placesOf(keyId);
    const copies = again.map((place) => `number ${place} (${keyId}, the same as number ${first})`);
    return index === 0 ? copies : [`number ${first} (${keyId})`, ...copies];
  });
}

/** Each kind of secret with the sources that it is of. */
function describe(unreadable: readonly UnreadableSecret[]): string {
  const kinds = [...new Set(unreadable.map(({ kind }) => kind))];
  const ofKind = (kind: string) => sourcesOf(unreadable.filter((each) => each.kind === kind)).join(', ');
  return kinds.map((kind) => `${kind} of ${ofKind(kind)}`).join('; ');
}

/** A file holds credentials and receivers of notifications; the secret of webhooks is ours, and made anew with them. */
function remedy(unreadable: readonly UnreadableSecret[]): string {
  const ofWebhooks = unreadable.filter(({ kind }) => kind === 'webhook secret');
  const others = unreadable.length > ofWebhooks.length ? ['or apply the sources again'] : [];
  const create = sourcesOf(ofWebhooks).map((source) => `\`bcsource source webhooks ${source} --create\``);
  const anew = create.length > 0 ? [`or make webhooks anew with ${create.join(', ')}`] : [];
  return `Add the key that encrypted them behind a comma, ${[...others, ...anew].join(', ')}.`;
}
