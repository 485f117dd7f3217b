import { Random } from '../random.ts';

/**
 * What goes wrong. Before the request is performed: `status`, `html`, `garbage`, `overload` (429 without headers),
 * `reset`, `hang`. After it was performed: `perform-then-5xx`, `lose-answer`, `cut-body`, `empty-page`. `delay` waits
 * and may come together with another fault.
 */
export const FAULT_KINDS = [
  'status',
  'html',
  'garbage',
  'overload',
  'reset',
  'hang',
  'perform-then-5xx',
  'lose-answer',
  'cut-body',
  'empty-page',
  'delay',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface FaultRule {
  readonly kind: FaultKind;
  readonly method?: string | undefined;
  /** A prefix of the path below `/stores/HASH`, such as `/v2/orders`. */
  readonly path?: string | undefined;
  /** A regular expression on that path with its query. */
  readonly pattern?: string | undefined;
  /** How many matching requests pass first. */
  readonly after?: number | undefined;
  /** How many requests it hits; without it, all. */
  readonly times?: number | undefined;
  readonly probability?: number | undefined;
  readonly status?: number | undefined;
  readonly body?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly delayMs?: number | undefined;
  /** For `delay`: whether the work is done before or after the wait. */
  readonly when?: 'before' | 'after' | undefined;
  /** For `empty-page`: whether `meta.pagination.total` says 0 too. */
  readonly zeroTotal?: boolean | undefined;
}

export interface FaultState {
  readonly rule: FaultRule;
  seen: number;
  fired: number;
}

/** The faults that hit one request: at most one that decides its outcome, and any number of delays. */
export interface FiredFaults {
  readonly outcome: FaultRule | undefined;
  readonly delays: readonly FaultRule[];
}

/** The rules of a store with their counters; the seed makes rules with a probability repeatable. */
export class Faults {
  #states: FaultState[] = [];
  #random: Random;

  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  list(): readonly FaultState[] {
    return this.#states;
  }

  add(rules: readonly FaultRule[]): void {
    this.#states.push(...rules.map((rule) => ({ rule, seen: 0, fired: 0 })));
  }

  replace(rules: readonly FaultRule[]): void {
    this.#states = [];
    this.add(rules);
  }

  /** Counts a request against every rule that matches it and answers which of them hit it. */
  fire(method: string, path: string): FiredFaults {
    const delays: FaultRule[] = [];
    let outcome: FaultRule | undefined;
    for (const state of this.#states) {
      if (!matches(state.rule, method, path)) continue;
      const isDelay = state.rule.kind === 'delay';
      if ((!isDelay && outcome !== undefined) || !this.#hits(state)) continue;
      if (isDelay) delays.push(state.rule);
      else outcome = state.rule;
    }
    return { outcome, delays };
  }

  #hits(state: FaultState): boolean {
    const { after = 0, times = Infinity, probability = 1 } = state.rule;
    state.seen += 1;
    if (state.seen <= after || state.fired >= times) return false;
    if (probability < 1 && !this.#random.chance(probability)) return false;
    state.fired += 1;
    return true;
  }
}

function matches(rule: FaultRule, method: string, path: string): boolean {
  if (rule.method !== undefined && rule.method.toUpperCase() !== method) return false;
  if (rule.path !== undefined && !path.startsWith(rule.path)) return false;
  return rule.pattern === undefined || new RegExp(rule.pattern).test(path);
}
