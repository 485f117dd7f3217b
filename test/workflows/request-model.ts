/** What a reader of the docs expects of requests: the plain model that the real ones are compared with. */

/** How one supplier is set up for a whole run. */
export interface Flavor {
  holdMinutes: number;
  isScheduled: boolean;
  autoSend: boolean;
}

/** What the store does with the POST of an order: takes it, refuses it (409), makes it and loses the answer, breaks (500). */
export type Mood = 'takes' | 'refuses' | 'loses' | 'breaks';

export type Order = 'process' | 'release' | 'cancel' | 'retry';

interface Expected {
  state: 'unprocessed' | 'held' | 'ready' | 'unknown' | 'failed' | 'acknowledged' | 'canceled';
  code: string | null;
  /** Its orders in the store, and how many of them are canceled there. */
  orders: number;
  canceledOrders: number;
  posts: number;
  failures: number;
}

export interface ModelRequest extends Expected {
  holdEndsAt: number;
  holdUntil: number | null;
  isGood: boolean;
  /** Neither hold nor schedule keeps it any more. */
  isReleased: boolean;
  isLetGo: boolean;
  isToBeCanceled: boolean;
}

/** A request as far as it can be compared. */
export function expectedOf({ state, code, orders, canceledOrders, posts, failures }: ModelRequest): Expected {
  return { state, code, orders, canceledOrders, posts, failures };
}

/** All requests of one supplier; time is counted in minutes. */
export class Model {
  now = 0;
  mood: Mood = 'takes';
  /** A run waits for an outcome that nobody knows yet. */
  isRunOpen = false;
  readonly requests: ModelRequest[] = [];

  constructor(readonly flavor: Flavor) {}

  submit(isGood: boolean): void {
    const { autoSend, holdMinutes } = this.flavor;
    const counts = { orders: 0, canceledOrders: 0, posts: 0, failures: 0 };
    const fr: ModelRequest = {
      ...{ state: autoSend ? 'held' : 'unprocessed', code: null, ...counts, isGood },
      ...{ holdEndsAt: this.now + holdMinutes, holdUntil: null },
      ...{ isReleased: false, isLetGo: false, isToBeCanceled: false },
    };
    this.requests.push(fr);
    this.goOn(fr);
  }

  /** Whether the order is obeyed or refused. */
  tell(fr: ModelRequest, order: Order): 'done' | 'refused' {
    const isSettled = this.tellSettled(fr, order);
    if (isSettled) return isSettled;
    if (order === 'cancel') fr.state = 'canceled';
    else if (order === 'retry') return 'refused';
    else if (order === 'release') {
      fr.isReleased = true;
      fr.state = 'ready';
    } else if (fr.state === 'unprocessed') {
      fr.holdEndsAt = fr.holdUntil === null ? this.now + this.flavor.holdMinutes : fr.holdUntil;
      fr.state = 'held';
    }
    this.goOn(fr);
    return 'done';
  }

  hold(fr: ModelRequest, minutes: number): 'done' | 'refused' {
    if (!this.waits(fr)) {
      this.lookAtOnce(fr);
      return 'refused';
    }
    fr.holdUntil = fr.holdEndsAt = this.now + minutes;
    fr.isReleased = fr.isLetGo = false;
    if (fr.state === 'ready') fr.state = 'held';
    return 'done';
  }

  amend(fr: ModelRequest, isGood: boolean): 'amended' | 'sent' | 'canceled' {
    if (fr.state === 'canceled') return 'canceled';
    if (fr.state === 'acknowledged' || fr.state === 'unknown') return 'sent';
    fr.isGood = isGood;
    if (fr.state === 'failed') this.post(fr);
    return 'amended';
  }

  /** A run of the job; how many requests it lets go. */
  run(): { due: number; sent: number; failed: number } {
    const due = this.requests.filter(({ state }) => state === 'ready');
    for (const fr of due) {
      fr.isLetGo = true;
      this.goOn(fr);
    }
    const count = (state: string) => due.filter((fr) => fr.state === state).length;
    this.isRunOpen = count('unknown') > 0;
    return { due: due.length, sent: count('acknowledged'), failed: count('failed') };
  }

  /** Enough time for every outcome to become known; a store that broke is mended before. */
  pass(minutes: number): void {
    if (this.mood === 'breaks') this.mood = 'takes';
    this.now += minutes;
    for (const fr of this.requests) {
      for (const before = fr.posts; fr.state === 'unknown' || this.isDue(fr);) {
        if (fr.state === 'unknown') this.settle(fr);
        else this.goOn(fr);
        if (fr.posts > before + 2) throw new Error('The model posts without end.');
      }
      if (fr.state === 'held' && this.isOver(fr)) fr.state = 'ready';
    }
    this.isRunOpen = false;
  }

  /** What a request answers that does not wait any more; undefined for one that does. */
  private tellSettled(fr: ModelRequest, order: Order): 'done' | 'refused' | undefined {
    if (this.waits(fr)) return undefined;
    const isHeard = order === 'cancel' || (order === 'retry' && fr.state !== 'acknowledged' && fr.state !== 'canceled');
    if (order === 'cancel') {
      if (fr.state === 'unknown') fr.isToBeCanceled = true;
      else this.cancel(fr);
    }
    this.lookAtOnce(fr);
    if (isHeard && fr.state === 'failed') this.post(fr);
    return isHeard ? 'done' : 'refused';
  }

  /** Whoever says anything, also what is refused, lets it be looked for at once: what was made is found. */
  private lookAtOnce(fr: ModelRequest): void {
    if (fr.state === 'unknown' && fr.orders > 0) this.settle(fr);
  }

  private waits({ state }: ModelRequest): boolean {
    return state === 'unprocessed' || state === 'held' || state === 'ready';
  }

  private isOver(fr: ModelRequest): boolean {
    return fr.isReleased || fr.holdEndsAt <= this.now;
  }

  private isDue(fr: ModelRequest): boolean {
    if (fr.state !== 'held' && fr.state !== 'ready') return false;
    return this.isOver(fr) && (!this.flavor.isScheduled || fr.isReleased || fr.isLetGo);
  }

  private goOn(fr: ModelRequest): void {
    if (this.isDue(fr)) this.post(fr);
    else if (fr.state === 'held' && this.isOver(fr)) fr.state = 'ready';
  }

  private post(fr: ModelRequest): void {
    if (!fr.isGood) return this.fail(fr, 'sku_not_found');
    fr.posts += 1;
    fr.code = null;
    if (this.mood === 'refuses') return this.fail(fr, 'out_of_stock');
    if (this.mood !== 'breaks') fr.orders += 1;
    fr.state = this.mood === 'takes' ? 'acknowledged' : 'unknown';
  }

  private fail(fr: ModelRequest, code: string): void {
    Object.assign(fr, { state: 'failed', code });
    fr.failures += 1;
  }

  /** The outcome becomes known. */
  private settle(fr: ModelRequest): void {
    if (fr.orders > 0) fr.state = 'acknowledged';
    if (fr.isToBeCanceled) this.cancel(fr);
    else if (fr.orders === 0) this.post(fr);
  }

  private cancel(fr: ModelRequest): void {
    Object.assign(fr, { state: 'canceled', canceledOrders: fr.orders, code: null });
  }
}
