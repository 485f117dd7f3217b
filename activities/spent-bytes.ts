import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** So many bytes of answers may wait to be collected: two full pages of products. */
const MOST_SPENT = 2_000_000;

/**
 * Gives back the memory of answers that have been read. Their bytes lie outside of V8's heap, where hardly anything is
 * allocated meanwhile: left to itself, V8 marks the whole heap every dozen pages because of them, which was a tenth of
 * what a worker computes in an import. They are young, so that a young collection is enough.
 */
export function createSpentBytes(): { add(bytes: number): void } {
  const collectYoung = youngCollection();
  let spent = 0;
  return {
    add(bytes) {
      spent += bytes;
      if (spent < MOST_SPENT) return;
      spent = 0;
      collectYoung();
    },
  };
}

/** V8 has it only for contexts that are made while its flag is set; workflows must not find it in theirs. */
function youngCollection(): () => void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (options: { type: 'minor' }) => void;
  setFlagsFromString('--no-expose-gc');
  return () => collect({ type: 'minor' });
}
