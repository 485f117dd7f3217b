import { startFollowing } from '../../activities/hints.ts';
import type { HttpDependencies } from './dependencies.ts';

/** Within this time one word is enough for a source: whoever follows its hints looks at all that are there. */
const PAUSE_MS = 250;

/**
 * Has hints followed, without anybody waiting for it: the first of a burst at once, the rest by one more word at its
 * end. A word that is lost costs a minute: the sweep finds what nobody follows.
 */
export function createNudges({ session, log }: HttpDependencies) {
  const waiting = new Map<string, { again: boolean; timer: NodeJS.Timeout | undefined }>();
  const underWay = new Set<Promise<void>>();
  let isClosed = false;

  function nudge(source: string): void {
    if (isClosed) return;
    const known = waiting.get(source);
    if (known) {
      known.again = true;
      return;
    }
    const state = { again: false, timer: undefined as NodeJS.Timeout | undefined };
    waiting.set(source, state);
    const word = tell(source).then(() => {
      underWay.delete(word);
      state.timer = setTimeout(() => {
        waiting.delete(source);
        if (state.again) nudge(source);
      }, PAUSE_MS);
    });
    underWay.add(word);
  }

  async function tell(source: string): Promise<void> {
    try {
      await startFollowing({ temporal: await session.temporal() }, source);
    } catch (error) {
      log.warn({ err: error, source }, 'hints wait for the next sweep');
    }
  }

  return {
    nudge,
    async close(): Promise<void> {
      isClosed = true;
      for (const { timer } of waiting.values()) clearTimeout(timer);
      await Promise.all(underWay);
    },
  };
}
