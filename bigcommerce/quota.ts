import { QuotaWindow } from './quota-window.ts';
import type { QuotaRoom, QuotaSnapshot } from './quota-window.ts';
import { Silence } from './silence.ts';
import type { StoreSilent } from './silence.ts';
import { NEVER, isWithin } from './span.ts';
import type { Span } from './span.ts';

export type { QuotaRoom, QuotaSnapshot } from './quota-window.ts';

/** Who asks: an order send may use the reserve that imports leave. Lower goes first. */
export type Priority = 'send' | 'shipments' | 'import';

const order: Record<Priority, number> = { send: 0, shipments: 1, import: 2 };

interface Waiter {
  priority: Priority;
  go: () => void;
  refuse: (reason: StoreSilent) => void;
}

/** How a request ended. */
export interface RequestEnd {
  /** What its answer told of the quota. */
  quota?: QuotaSnapshot | undefined;
  /** Any answer at all is one; with nothing said, headers of a quota are. */
  isAnswered?: boolean;
  /** We gave it up, so that nothing is known of the store. */
  isGivenUp?: boolean;
  /** When it went out: the store counted it between then and now. */
  sentAt?: number;
}

/** Below this many spare requests nobody but a send goes; two processes on one store see each other's use late. */
const SMALLEST_RESERVE = 4;
const RESERVE_SHARE = 0.05;
/** While something is to be sent: an order costs about five requests, so that some ten may go in a window at once. */
const SENDS_SHARE = 0.3;
const MOST_FOR_SENDS = 0.6;
/** So many may be ahead of an even pace: the ranges of an import. */
const PACE_HEAD_START = 4;
const DEFAULT_WINDOW_MS = 30_000;
/** Longer than an activity pauses before it asks again. */
const FORSAKEN_MS = 5 * 60_000;

/**
 * Paces all requests of this process to one store by the quota headers of its answers, leaves a reserve for order
 * sends and room for what other apps were seen to use, and holds everybody back after a 429.
 */
export class QuotaGovernor {
  private answered = false;
  private paused: Span = NEVER;
  private sendsExpected: Span = NEVER;
  /** The first of those that wait without anybody of them having got through since; one that gives up waited too. */
  private waitingSince: number | undefined;
  private lastGaveUpAt = 0;
  private waiting: Waiter[] = [];
  private timer: NodeJS.Timeout | undefined;

  private readonly window: QuotaWindow;
  private readonly silence: Silence;

  constructor(private readonly now: () => number = Date.now) {
    this.window = new QuotaWindow(now);
    this.silence = new Silence(now);
  }

  /**
   * Resolves when a request may go; `release()` must follow. Rejects when `signal` aborts first, and with StoreSilent
   * when the store has not answered for a while and enough others wait for it.
   */
  async acquire(priority: Priority, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (priority === 'send') this.expectSends();
    const silent = this.silence.reasonToTurnAway(priority);
    if (silent) throw silent;
    if (this.waiting.length === 0 && this.mayGo(priority)) return this.take(priority);
    if (priority !== 'send') this.waitingSince ??= this.now();
    await new Promise<void>((resolve, reject) => {
      const waiter: Waiter = {
        priority,
        go: () => {
          signal?.removeEventListener('abort', giveUp);
          resolve();
        },
        refuse: (reason) => {
          signal?.removeEventListener('abort', giveUp);
          reject(reason);
        },
      };
      const giveUp = () => {
        this.waiting = this.waiting.filter((other) => other !== waiter);
        this.lastGaveUpAt = this.now();
        // Nobody may wait any more: then no timer must keep the process alive.
        this.wake();
        reject(signal!.reason as Error);
      };
      signal?.addEventListener('abort', giveUp, { once: true });
      this.waiting.push(waiter);
      this.waiting.sort((a, b) => order[a.priority] - order[b.priority]);
      this.wake();
    });
  }

  /**
   * Something is to be sent in this window or the next: until then others leave a larger reserve. A send itself says so
   * too, but the first ones would find the window used up.
   */
  expectSends(): void {
    const windowMs = this.window.current?.windowMs ?? DEFAULT_WINDOW_MS;
    this.sendsExpected = { from: this.now(), until: this.now() + 2 * windowMs };
  }

  /** Ends a request. */
  release(priority: Priority, end: RequestEnd = {}): void {
    const { quota, isAnswered = quota !== undefined, isGivenUp = false, sentAt = this.now() } = end;
    this.window.requestEnded();
    this.silence.requestEnded(priority, isAnswered ? 'answered' : isGivenUp ? 'given up' : 'lost');
    this.answered = true;
    if (quota) this.window.learn(quota, sentAt);
    this.wake();
  }

  /** Null as long as the store has told nothing of a quota. */
  room(): QuotaRoom | null {
    const room = this.window.room();
    if (!room || !this.isPaused()) return room;
    const { until } = this.paused;
    return { ...room, left: 0, opensAt: this.window.isOver() ? Math.max(until, room.opensAt) : until };
  }

  /** What is known of the quota now, and since when nothing but sends has got through though something waited. */
  snapshot(): { limit: number | null; left: number | null; windowMs: number | null; waitingSince: Date | null } {
    const { current, left } = this.window;
    if (this.isForsaken()) this.waitingSince = undefined;
    return {
      ...{ limit: current?.limit ?? null, windowMs: current?.windowMs ?? null },
      left: current ? Math.max(0, left) : null,
      waitingSince: this.waitingSince === undefined ? null : new Date(this.waitingSince),
    };
  }

  /** Those that gave up did not come back: their run was canceled or has ended, and nobody waits any more. */
  private isForsaken(): boolean {
    const isWaitedFor = this.waiting.some(({ priority }) => priority !== 'send');
    return !isWaitedFor && this.now() - this.lastGaveUpAt > FORSAKEN_MS;
  }

  /** A 429: nobody goes for `waitMs` (BigCommerce's time, at least a second). */
  refused(waitMs: number): void {
    const until = this.now() + Math.max(1000, waitMs);
    this.paused = { from: this.now(), until: this.isPaused() ? Math.max(this.paused.until, until) : until };
    this.wake();
  }

  private isPaused(): boolean {
    return isWithin(this.now(), this.paused);
  }

  private expectsSends(): boolean {
    return isWithin(this.now(), this.sendsExpected);
  }

  private take(priority: Priority): void {
    this.window.requestBegan(priority === 'send' ? 'sends' : 'others');
    this.silence.requestBegan(priority);
    if (priority !== 'send') this.waitingSince = undefined;
  }

  private mayGo(priority: Priority): boolean {
    if (this.isPaused()) return false;
    // The first answer tells the quota; until then one request is enough to ask with.
    if (!this.answered) return this.window.underWay === 0;
    const current = this.window.renew();
    if (!current) return true;
    return this.window.left > this.reserve(priority, current.limit) && this.isInPace(priority);
  }

  private turnAway(): void {
    for (const waiter of [...this.waiting]) {
      const silent = this.silence.reasonToTurnAway(waiter.priority);
      if (!silent) continue;
      this.waiting = this.waiting.filter((other) => other !== waiter);
      this.lastGaveUpAt = this.now();
      waiter.refuse(silent);
    }
  }

  private reserve(priority: Priority, limit: number): number {
    if (priority === 'send') return 0;
    const spare = Math.max(this.smallestReserve(limit), this.reserveForSends(limit));
    const room = Math.min(this.window.othersToCome(), Math.floor(limit * 0.9) - spare);
    return (priority === 'shipments' ? Math.ceil(spare / 2) : spare) + Math.max(0, room);
  }

  /**
   * While something is to be sent, others go evenly over the window instead of all at its start: a burst of pages would
   * keep this process, and the sends in it, busy for seconds. It costs them nothing, for the window is what they wait for.
   */
  private isInPace(priority: Priority): boolean {
    const { current, sent } = this.window;
    if (priority === 'send' || !current || !this.expectsSends()) return true;
    const spread = this.window.passed() * (current.limit - this.reserveForSends(current.limit));
    return sent.others < PACE_HEAD_START + spread;
  }

  /** When an even pace lets the next one go; never, where nobody is held to it. */
  private nextInPace(): number {
    const { current } = this.window;
    if (!current || !this.expectsSends() || this.isPaused()) return Number.POSITIVE_INFINITY;
    return this.now() + current.windowMs / current.limit;
  }

  private smallestReserve(limit: number): number {
    return Math.max(Math.min(SMALLEST_RESERVE, Math.floor(limit / 4)), Math.ceil(limit * RESERVE_SHARE));
  }

  /** What sends may need in the rest of the window: as much as they needed lately and half more, within bounds. */
  private reserveForSends(limit: number): number {
    if (!this.expectsSends()) return 0;
    const { sent, sentBefore } = this.window;
    const lately = Math.ceil(1.5 * Math.max(sentBefore.sends, sent.sends));
    const wanted = Math.max(Math.ceil(limit * SENDS_SHARE), lately);
    return Math.max(0, Math.min(wanted, Math.floor(limit * MOST_FOR_SENDS)) - sent.sends);
  }

  private wake(): void {
    this.turnAway();
    while (this.waiting[0] && this.mayGo(this.waiting[0].priority)) {
      const next = this.waiting.shift()!;
      this.take(next.priority);
      next.go();
      this.turnAway();
    }
    clearTimeout(this.timer);
    if (this.waiting.length === 0) return;
    const at = Math.min(this.silence.comesAt(), this.opensAt(), this.nextInPace());
    if (at < Number.POSITIVE_INFINITY) this.timer = setTimeout(() => this.wake(), Math.max(5, at - this.now()));
  }

  /** When more may go; whoever waits for the first answer of all is woken by it. */
  private opensAt(): number {
    if (this.window.underWay > 0 && !this.answered) return Number.POSITIVE_INFINITY;
    // While paused it is the pause that has to end: quota may well be left, and the window ends much later.
    if (this.isPaused()) return this.paused.until;
    return this.window.endsAt();
  }
}
