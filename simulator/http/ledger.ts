export interface RequestEntry {
  readonly id: number;
  readonly at: string;
  readonly method: string;
  /** The path below `/stores/HASH` with its query. */
  readonly path: string;
  readonly route: string;
  readonly token: string | undefined;
  /** Null as long as no answer was given: still in flight, reset or never answered. */
  status: number | null;
  fault: string | undefined;
  durationMs: number | null;
}

/** An order that was ever created here, and by which request. */
export interface OrderEntry {
  readonly orderId: number;
  readonly externalOrderId: string;
  readonly externalSource: string | null;
  readonly requestId: number;
  readonly at: string;
}

const KEPT = 20_000;

/** What a store was asked for. Counts are complete; of the single requests the newest 20,000 are kept. */
export class Ledger {
  readonly #now: () => number;
  #entries: RequestEntry[] = [];
  #byRoute = new Map<string, number>();
  #byStatus = new Map<string, number>();
  #total = 0;
  #inFlight = 0;
  #maxInFlight = 0;
  #lastId = 0;
  orders: OrderEntry[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  begin(request: Pick<RequestEntry, 'method' | 'path' | 'route' | 'token'>): RequestEntry {
    this.#lastId += 1;
    const at = new Date(this.#now()).toISOString();
    const entry = { ...request, id: this.#lastId, at, status: null, fault: undefined, durationMs: null };
    this.#entries.push(entry);
    if (this.#entries.length > KEPT * 1.25) this.#entries = this.#entries.slice(-KEPT);
    this.#total += 1;
    this.#inFlight += 1;
    this.#maxInFlight = Math.max(this.#maxInFlight, this.#inFlight);
    count(this.#byRoute, `${request.method} ${request.route}`);
    return entry;
  }

  /** Closes an entry; `status` null says that the connection ended without an answer. */
  end(entry: RequestEntry, status: number | null): void {
    entry.status = status;
    entry.durationMs = this.#now() - Date.parse(entry.at);
    this.#inFlight -= 1;
    count(this.#byStatus, status === null ? 'none' : String(status));
  }

  requests(limit: number): Record<string, unknown> {
    return {
      total: this.#total,
      inFlight: this.#inFlight,
      maxInFlight: this.#maxInFlight,
      tooManyRequests: this.#byStatus.get('429') ?? 0,
      byRoute: Object.fromEntries(this.#byRoute),
      byStatus: Object.fromEntries(this.#byStatus),
      requests: this.#entries.slice(-limit),
    };
  }

  clear(): void {
    this.#entries = [];
    this.#byRoute = new Map();
    this.#byStatus = new Map();
    this.#total = 0;
    this.#maxInFlight = this.#inFlight;
    this.orders = [];
  }
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
