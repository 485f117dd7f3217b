/** A store's quota: how many requests all its apps together may make in a window (null: as good as unlimited). */
export interface QuotaSettings {
  readonly limit: number | null;
  readonly windowMs: number;
  /** Whether answers carry the quota headers. */
  readonly headers: boolean;
}

/** Another app on the same store: it takes its share of every window, evenly or at the window's start. */
export interface SecondApp {
  readonly requestsPerWindow: number;
  readonly pattern: 'even' | 'burst';
}

/** The Standard and Plus plans: 150 requests in 30 s (bigcommerce/docs, api-rate-limits.mdx). */
export const STANDARD_QUOTA: QuotaSettings = { limit: 150, windowMs: 30_000, headers: true };
export const UNLIMITED_QUOTA: QuotaSettings = { limit: null, windowMs: 30_000, headers: true };
export const NO_SECOND_APP: SecondApp = { requestsPerWindow: 0, pattern: 'even' };

const UNLIMITED = 10_000_000;

export interface QuotaTicket {
  readonly isAllowed: boolean;
  readonly headers: Readonly<Record<string, string>>;
}

/** Counts requests in fixed windows. A class because the count and the window that it belongs to cannot part. */
export class Quota {
  settings: QuotaSettings;
  secondApp: SecondApp = NO_SECOND_APP;
  readonly #now: () => number;
  #windowStart: number;
  #used = 0;
  #secondAppUsed = 0;

  constructor(settings: QuotaSettings, now: () => number) {
    this.settings = settings;
    this.#now = now;
    this.#windowStart = now();
  }

  /** Takes one request from the window, or refuses it; a refused one costs nothing. */
  take(): QuotaTicket {
    this.#turn();
    const isAllowed = this.#left() > 0;
    if (isAllowed) this.#used += 1;
    return { isAllowed, headers: this.#headers(isAllowed) };
  }

  state(): { limit: number; left: number; used: number; secondAppUsed: number; resetMs: number } {
    this.#turn();
    const [used, secondAppUsed] = [this.#used, this.#secondAppUsed];
    return { limit: this.#limit(), left: this.#left(), used, secondAppUsed, resetMs: this.#resetMs() };
  }

  /** Begins a new window at once, as after changing the settings. */
  restart(): void {
    this.#windowStart = this.#now();
    this.#used = 0;
    this.#secondAppUsed = 0;
  }

  #limit(): number {
    return this.settings.limit ?? UNLIMITED;
  }

  #turn(): void {
    const { windowMs } = this.settings;
    const elapsed = this.#now() - this.#windowStart;
    if (elapsed >= windowMs) {
      this.#windowStart += Math.floor(elapsed / windowMs) * windowMs;
      this.#used = 0;
      this.#secondAppUsed = 0;
    }
    const { requestsPerWindow, pattern } = this.secondApp;
    const share = pattern === 'burst' ? 1 : (this.#now() - this.#windowStart) / windowMs;
    // The other app is limited by the same quota: it gets no more than what is left.
    const wanted = Math.floor(requestsPerWindow * share);
    this.#secondAppUsed = Math.max(this.#secondAppUsed, Math.min(wanted, this.#limit() - this.#used));
  }

  #left(): number {
    return Math.max(0, this.#limit() - this.#used - this.#secondAppUsed);
  }

  #resetMs(): number {
    return Math.max(0, Math.ceil(this.#windowStart + this.settings.windowMs - this.#now()));
  }

  #headers(isAllowed: boolean): Record<string, string> {
    if (!this.settings.headers) return {};
    const resetMs = this.#resetMs();
    return {
      'X-Rate-Limit-Requests-Left': String(this.#left()),
      'X-Rate-Limit-Requests-Quota': String(this.#limit()),
      'X-Rate-Limit-Time-Window-Ms': String(this.settings.windowMs),
      // Milliseconds that are left, not an instant (bigcommerce/docs, start/about/index.mdx).
      'X-Rate-Limit-Time-Reset-Ms': String(resetMs),
      ...(isAllowed ? {} : { 'X-Retry-After': String(Math.max(1, Math.ceil(resetMs / 1000))) }),
    };
  }
}
