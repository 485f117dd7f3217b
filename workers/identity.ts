import { hostname } from 'node:os';
import { programVersion } from './version.ts';

/**
 * What a worker is called in Temporal: which process, on which machine, of which version, and by which keys it reads
 * secrets. Keys by the beginning of their digest, as `bcsource keys list` has them.
 */
export function workerIdentity(keyIds: readonly string[]): string {
  return `${process.pid}@${hostname()} ${programVersion()} keys ${keyIds.join(',')}`;
}

/** What a worker's name tells; `keyIds` is null where it tells none, as those of earlier versions. */
export function readIdentity(identity: string): { version: string | undefined; keyIds: string[] | null } {
  const [name = '', keyIds] = identity.split(' keys ');
  return { version: name.split(' ').at(-1), keyIds: keyIds?.split(',') ?? null };
}
