import { setTimeout as pause } from 'node:timers/promises';
import { waitFor } from '../helpers/wait.ts';

/** One life of a program, from its start to its end, whatever ends it. */
export interface Life {
  pid: number;
  ended: Promise<unknown>;
}

/** A program that is started again whenever it ends, as `restart: unless-stopped` does it. */
export interface Kept {
  /** Null between two lives. */
  pid(): number | null;
  /** How often it was started. */
  lives(): number;
  /** Ends it for good: the first signal, and -9 when it does not go. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

const AGAIN_AFTER_MS = 500;
const STOP_WITHIN_MS = 40_000;

/** Starts a program and keeps it alive until it is stopped. A start that fails is repeated. */
export function keep(name: string, start: () => Promise<Life>): Kept {
  let life: Life | null = null;
  let lives = 0;
  let isOver = false;
  const living = (async () => {
    while (!isOver) {
      lives += 1;
      life = await start().catch(() => null);
      await life?.ended;
      life = null;
      if (!isOver) await pause(AGAIN_AFTER_MS);
    }
  })();
  return {
    pid: () => life?.pid ?? null,
    lives: () => lives,
    async stop(signal = 'SIGTERM') {
      isOver = true;
      const victim = life as Life | null;
      if (victim) process.kill(victim.pid, signal);
      let isGone = false;
      void living.then(() => (isGone = true));
      await waitFor(`${name} to end`, () => isGone, STOP_WITHIN_MS).catch(async () => {
        const { pid } = (life as Life | null) ?? {};
        if (pid !== undefined) process.kill(pid, 'SIGKILL');
        await living;
      });
    },
  };
}
