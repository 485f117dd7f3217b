import type { Priority } from './quota.ts';

/** A store that was asked and has answered nobody for so long is asked by few at a time, until it answers. */
const SILENT_MS = 10_000;
/** So many sends, and so many others: who waits for a store that hangs keeps a place in the worker that others need. */
const PROBES = 2;

/** Nobody has been answered for so long that enough wait for the store already; nothing was sent. */
export class StoreSilent extends Error {
  override readonly name = 'StoreSilent';

  constructor(forMs: number) {
    super(`no request has been answered for ${Math.round(forMs / 1000)} s`);
  }
}

/** Notices that a store answers nobody, so that all that is meant for it does not wait side by side. */
export class Silence {
  /** When the first request went out of those since which none was answered. */
  private since: number | undefined;
  private readonly underWay = { send: 0, others: 0 };

  constructor(private readonly now: () => number) {}

  requestBegan(priority: Priority): void {
    this.underWay[kindOf(priority)]++;
    this.since ??= this.now();
  }

  /** One that was given up says nothing, and is forgotten unless the store had been silent for long by then. */
  requestEnded(priority: Priority, how: 'answered' | 'lost' | 'given up'): void {
    this.underWay[kindOf(priority)]--;
    const isAlone = this.underWay.send + this.underWay.others === 0;
    if (how === 'answered') this.since = isAlone ? undefined : this.now();
    if (how === 'given up' && isAlone && this.silentMs() < SILENT_MS) this.since = undefined;
  }

  /** Why somebody may not even wait; undefined where he may. */
  reasonToTurnAway(priority: Priority): StoreSilent | undefined {
    const forMs = this.silentMs();
    return forMs >= SILENT_MS && this.underWay[kindOf(priority)] >= PROBES ? new StoreSilent(forMs) : undefined;
  }

  private silentMs(): number {
    return this.now() - (this.since ?? Number.POSITIVE_INFINITY);
  }

  /** When those that wait will be turned away, unless an answer comes; infinity where nothing is to be expected. */
  comesAt(): number {
    const at = (this.since ?? Number.POSITIVE_INFINITY) + SILENT_MS;
    return at > this.now() ? at : Number.POSITIVE_INFINITY;
  }
}

function kindOf(priority: Priority): 'send' | 'others' {
  return priority === 'send' ? 'send' : 'others';
}
