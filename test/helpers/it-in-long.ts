import { it } from '@jest/globals';
import { isLong } from './form.ts';

/** A test that the short form does not know: a dozen commands, or deaths of processes. */
export const itInLong: (name: string, run: () => Promise<void>, timeoutMs?: number) => void = isLong
  ? it
  : () => undefined;
