/** What an answer tells of its store's quota. */
export interface QuotaSnapshot {
  limit: number;
  left: number;
  windowMs: number;
  /** Milliseconds until the window starts anew. */
  resetMs: number;
}

/** What of a quota is there for sends now. */
export interface QuotaRoom {
  left: number;
  /** Of a whole window, without what other apps were seen to use. */
  perWindow: number;
  windowMs: number;
  /** When there will be room, should there be none now: the next window, or the end of a pause that the store asked for. */
  opensAt: number;
}

interface KnownWindow {
  limit: number;
  windowMs: number;
  beganAt: number;
  resetAt: number;
}

/** How many requests of ours went in a window, by whether they were order sends. */
interface Sent {
  sends: number;
  others: number;
}

/** Added to every wait: BigCommerce's clock and ours do not strike together. */
const RESET_MARGIN_MS = 60;
/** Two answers that tell the end of one window differ by less. */
const SAME_WINDOW_MS = 1500;

/** The window of a store's quota as learned from its answers: what is left, when it ends, what others use of it. */
export class QuotaWindow {
  private known: KnownWindow | undefined;
  private leftNow = Number.POSITIVE_INFINITY;
  private inFlight = 0;
  private sentInWindow = 0;
  private othersInWindow = 0;
  private othersLastWindow = 0;
  private sentNow: Sent = { sends: 0, others: 0 };
  private sentLast: Sent = { sends: 0, others: 0 };

  constructor(private readonly now: () => number) {}

  /** Undefined as long as the store has told nothing of a quota. */
  get current(): Readonly<KnownWindow> | undefined {
    return this.known;
  }

  /** What we may still send in this window, with everything under way already taken off. */
  get left(): number {
    return this.leftNow;
  }

  get underWay(): number {
    return this.inFlight;
  }

  get sent(): Readonly<Sent> {
    return this.sentNow;
  }

  /** In the window before this one. */
  get sentBefore(): Readonly<Sent> {
    return this.sentLast;
  }

  requestBegan(kind: keyof Sent): void {
    this.inFlight++;
    this.sentNow[kind]++;
    this.sentInWindow++;
    this.leftNow--;
  }

  /** Comes before {@link learn}: an answer's own request is no longer one that the store has yet to count. */
  requestEnded(): void {
    this.inFlight--;
  }

  /**
   * An answer may have been long on its way, so that it tells when its window ends only to within that time; and what it
   * says is left, it says of the moment when the store counted it. One of the window before says nothing any more.
   */
  learn(quota: QuotaSnapshot, sentAt: number): void {
    const [earliest, latest] = [sentAt + quota.resetMs, this.now() + quota.resetMs];
    const window = this.isAhead() ? undefined : this.known;
    const left = quota.left - this.inFlight;
    const isOther = quota.limit !== window?.limit || quota.windowMs !== window.windowMs;
    const isLate = window !== undefined && sentAt < window.beganAt;
    if (isLate && (isOther || earliest < window.beganAt + SAME_WINDOW_MS)) return;
    if (!window || isOther || earliest >= window.resetAt + SAME_WINDOW_MS) {
      this.begin();
      this.leftNow = left;
      this.sentInWindow = this.inFlight + 1;
      this.known = { limit: quota.limit, windowMs: quota.windowMs, beganAt: sentAt, resetAt: latest };
    } else {
      this.leftNow = Math.min(this.leftNow, left);
      const resetAt = Math.min(Math.max(window.resetAt, earliest), latest);
      this.known = { ...window, resetAt };
    }
    this.othersInWindow = Math.max(this.othersInWindow, quota.limit - quota.left - this.sentInWindow);
  }

  /** By the clock; an answer may tell of the next one sooner. */
  isOver(): boolean {
    return this.known !== undefined && (this.now() >= this.endsAt() || this.isAhead());
  }

  /** When the next one has begun for sure; 0 where none is known. */
  endsAt(): number {
    return this.known ? this.known.resetAt + RESET_MARGIN_MS : 0;
  }

  /** The one that is now: a new one begins where the last is over. */
  renew(): Readonly<KnownWindow> | undefined {
    if (this.known && this.isOver()) {
      const now = this.now();
      this.begin();
      this.leftNow = this.known.limit - this.inFlight;
      this.known = { ...this.known, beganAt: now, resetAt: now + this.known.windowMs };
    }
    return this.known;
  }

  /** As long as nothing but the quota holds anybody back; null as long as the store has told nothing of one. */
  room(): QuotaRoom | null {
    if (!this.known) return null;
    const { limit, windowMs } = this.known;
    const isOver = this.isOver();
    return {
      left: Math.max(0, isOver ? limit - this.inFlight : this.leftNow),
      perWindow: Math.max(1, limit - this.othersLastWindow),
      windowMs,
      opensAt: isOver ? this.now() + windowMs : this.endsAt(),
    };
  }

  /** What other apps may still use of this window, had they used as much of the last. */
  othersToCome(): number {
    return Math.max(0, this.othersLastWindow - this.othersInWindow);
  }

  /** Which share of the window has passed; 0 where none is known. */
  passed(): number {
    if (!this.known) return 0;
    return Math.min(1, Math.max(0, 1 - (this.known.resetAt - this.now()) / this.known.windowMs));
  }

  /** This machine's clock was set back: by it the window has not begun yet, and would not end for as long. */
  private isAhead(): boolean {
    return this.known !== undefined && this.known.beganAt > this.now();
  }

  private begin(): void {
    this.othersLastWindow = this.othersInWindow;
    this.othersInWindow = 0;
    this.sentInWindow = 0;
    this.sentLast = this.sentNow;
    this.sentNow = { sends: 0, others: 0 };
  }
}
