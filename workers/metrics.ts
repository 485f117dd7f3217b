import { Counter, Gauge, Registry, collectDefaultMetrics } from 'prom-client';
import type { QuotaSnapshot } from '../bigcommerce/quota.ts';
import type { Database } from '../database/connect.ts';
import { readMetricFacts } from '../database/metric-facts.ts';
import type { MetricFacts } from '../database/metric-facts.ts';

/** The metrics of one process. Labels are names of sources, jobs and states: nothing of any person, no token, no address. */
export interface Metrics {
  /** Counts an answer of a store; null where none came. */
  storeAnswered: (source: string, status: number | null, quota: QuotaSnapshot | undefined) => void;
  /** Everything as Prometheus reads it. What the database knows is read at the most every few seconds. */
  render: () => Promise<string>;
}

/** Scrapes of several Prometheus servers come close together, and the facts cost a scan. */
const FACTS_LAST_MS = 5_000;

/** For so long an answer speaks for the quota of its store: afterwards the window is a new one, and the source may be gone. */
const QUOTA_TOLD_MS = 5 * 60_000;

export function createMetrics(database: () => Promise<Database>, now: () => number = Date.now): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const process = processMetrics(registry, now);
  const system = systemMetrics(registry);
  let readAt = Number.NEGATIVE_INFINITY;
  let rendering: Promise<unknown> = Promise.resolve();
  const refresh = async (): Promise<void> => {
    if (performance.now() - readAt < FACTS_LAST_MS) return;
    try {
      system.show(await readMetricFacts(await database()));
      readAt = performance.now();
    } catch {
      system.hide();
    }
  };
  return {
    storeAnswered: process.storeAnswered,
    render() {
      process.forgetOldQuotas();
      // One after the other: gauges that are emptied and filled again must not be read in between.
      const rendered = rendering.then(refresh).then(() => registry.metrics());
      rendering = rendered.catch(() => undefined);
      return rendered;
    },
  };
}

function processMetrics(registry: Registry, now: () => number) {
  const registers = [registry];
  const ofSource = ['source'] as const;
  const answers = new Counter({
    ...{ name: 'bcsource_store_requests_total', registers, labelNames: ['source', 'status'] as const },
    help: 'Requests of this process to a store, by the status of the answer; none where no answer came.',
  });
  const quotaLeft = new Gauge({
    ...{ name: 'bcsource_store_quota_left', registers, labelNames: ofSource },
    help: 'Requests left in the window of the quota, as the last answer within five minutes told this process.',
  });
  const quotaLimit = new Gauge({
    ...{ name: 'bcsource_store_quota_limit', registers, labelNames: ofSource },
    help: 'Requests of a whole window of the quota, as the last answer within five minutes told this process.',
  });
  const toldAt = new Map<string, number>();
  return {
    storeAnswered(source: string, status: number | null, quota: QuotaSnapshot | undefined) {
      answers.inc({ source, status: status === null ? 'none' : String(status) });
      if (!quota) return;
      quotaLeft.set({ source }, quota.left);
      quotaLimit.set({ source }, quota.limit);
      toldAt.set(source, now());
    },
    forgetOldQuotas() {
      for (const [source, at] of toldAt) {
        if (now() - at <= QUOTA_TOLD_MS) continue;
        quotaLeft.remove({ source });
        quotaLimit.remove({ source });
        toldAt.delete(source);
      }
    },
  };
}

function systemMetrics(registry: Registry) {
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  const up = gauge('bcsource_database_up', 'Whether the facts below could be read from Postgres.', []);
  const requests = gauge('bcsource_fulfillment_requests', 'Fulfillment requests by state.', [
    ...(['source', 'processing', 'shipping'] as const),
  ]);
  const unsent = gauge(
    'bcsource_oldest_unsent_seconds',
    'For how long the oldest request has not been sent though its waits are over, in open time; 0 without one.',
    ['source'],
  );
  const age = gauge('bcsource_inventory_age_seconds', 'Time since the last import that completed.', ['source']);
  const runs = gauge('bcsource_job_runs_last_day', 'Job runs that ended within a day, by result.', [
    ...(['source', 'job', 'status'] as const),
  ]);
  const alarms = gauge('bcsource_alarms_open', 'Open alarms.', ['source', 'cause']);
  const lag = gauge('bcsource_webhook_lag_seconds', 'For how long the oldest hint of a webhook waits; 0 without one.', [
    'source',
  ]);
  const undelivered = gauge('bcsource_notifications_undelivered', 'Notifications that are still to be delivered.', []);
  const all = [requests, unsent, age, runs, alarms, lag, undelivered];
  const empty = () => all.forEach((each) => each.reset());
  return {
    show(facts: MetricFacts) {
      empty();
      up.set(1);
      for (const { count, ...labels } of facts.requests) requests.set(labels, count);
      for (const { source, seconds } of facts.unsent) unsent.set({ source }, seconds);
      for (const { source, seconds } of facts.inventory) age.set({ source }, seconds);
      for (const { count, ...labels } of facts.runs) runs.set(labels, count);
      for (const { count, ...labels } of facts.alarms) alarms.set(labels, count);
      for (const { source, seconds } of facts.hints) lag.set({ source }, seconds);
      undelivered.set(facts.undelivered);
    },
    /** Figures of before would look like figures of now. */
    hide() {
      empty();
      up.set(0);
    },
  };
}
