import { setImmediate as settled } from 'node:timers/promises';
import { waitFor } from '../../helpers/wait.ts';

/** The time by which everything has to be finished: whatever is not is told in a line that begins with `late`. */
export class Deadline {
  readonly withinMs: number;
  readonly #beganAt = Date.now();

  constructor(withinMs: number) {
    this.withinMs = withinMs;
  }

  passedMs(): number {
    return Date.now() - this.#beganAt;
  }

  isOver(): boolean {
    return this.passedMs() > this.withinMs;
  }

  /** Waits until something is so. */
  async until(name: string, check: () => Promise<boolean> | boolean): Promise<string[]> {
    try {
      await waitFor(name, check, Math.max(0, this.withinMs - this.passedMs()));
      return this.isOver() ? [`late: ${name}`] : [];
    } catch (error) {
      return [`late: ${(error as Error).message}`];
    }
  }

  /** Waits for the end of some work and answers the lines that it answers; what is late goes on without anybody waiting. */
  async endOf(name: string, work: Promise<string[]>): Promise<string[]> {
    let lines: string[] | undefined;
    const ended = (found: string[]) => void (lines = found);
    void work.then(ended, (error: unknown) => ended([`${name}: ${(error as Error).message}`]));
    // Work that has ended already tells so only now: after the deadline there may be no second look.
    await settled();
    const late = await this.until(`${name} to end`, () => lines !== undefined);
    return [...late, ...(lines ?? [])];
  }
}
