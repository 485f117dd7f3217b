import { setTimeout as nextLook } from 'node:timers/promises';

/** Waits until a condition holds and gives back what it found; fails with its name when the time is up. */
export async function waitFor<T>(
  name: string,
  check: () => Promise<T | null | false | undefined> | T | null | false | undefined,
  waitMs = 30_000,
): Promise<T> {
  const deadline = Date.now() + waitMs;
  for (;;) {
    const found = await check();
    if (found !== null && found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`Not within ${waitMs / 1000} s: ${name}`);
    await nextLook(50);
  }
}
