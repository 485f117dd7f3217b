import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { readText } from './markdown.ts';

const RULES = 'docs/monitoring/alerts.yml';
const rules = fileURLToPath(new URL(`../../${RULES}`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'bcsource-rules-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const promtool = (...args: string[]) => execFileSync('promtool', args, { encoding: 'utf8', stdio: 'pipe' });

/** Samples of an hour, one a minute, and which alerts fire at the end of it. */
function check(series: Record<string, string>, firing: string[]): void {
  const test = {
    interval: '1m',
    input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
    promql_expr_test: [
      {
        expr: 'count by (alertname) (ALERTS{alertstate="firing"})',
        eval_time: '60m',
        exp_samples: firing.map((name) => ({ labels: `{alertname="${name}"}`, value: 1 })),
      },
    ],
  };
  const file = join(folder, 'test.json');
  writeFileSync(file, JSON.stringify({ rule_files: [rules], evaluation_interval: '1m', tests: [test] }));
  promtool('test', 'rules', file);
}

/** As two workers tell it of one source. */
const well = {
  'bcsource_database_up{instance="a"}': '1x60',
  'bcsource_database_up{instance="b"}': '1x60',
  'bcsource_oldest_unsent_seconds{source="acme",instance="a"}': '0x60',
  'bcsource_fulfillment_requests{source="acme",processing="failed",shipping="open"}': '0x60',
  'bcsource_inventory_age_seconds{source="acme"}': '60+60x60',
  'bcsource_alarms_open{source="acme",cause="inventory_stale"}': '0x60',
  'bcsource_job_runs_last_day{source="acme",job="inventory",status="failed",instance="a"}': '3x60',
  'bcsource_job_runs_last_day{source="acme",job="inventory",status="failed",instance="b"}': '3x60',
  'bcsource_store_requests_total{source="acme",status="200"}': '0+100x60',
  'bcsource_store_quota_left{source="acme"}': '400x60',
  'bcsource_store_quota_limit{source="acme"}': '450x60',
  'bcsource_webhook_lag_seconds{source="acme"}': '1x60',
  bcsource_notifications_undelivered: '2x60',
  'temporal_activity_schedule_to_start_latency_bucket{le="1000"}': '0+10x60',
  'temporal_activity_schedule_to_start_latency_bucket{le="+Inf"}': '0+10x60',
  'temporal_worker_task_slots_available{instance="a",worker_type="ActivityWorker"}': '9x60',
};

const troubles: [alert: string, series: Record<string, string>][] = [
  ['BcsourceDatabaseUnreachable', { 'bcsource_database_up{instance="b"}': '1x50 0x9' }],
  ['BcsourceRequestsNotSent', { 'bcsource_oldest_unsent_seconds{source="acme",instance="a"}': '0+60x60' }],
  [
    'BcsourceRequestsFailed',
    { 'bcsource_fulfillment_requests{source="acme",processing="failed",shipping="open"}': '2x60' },
  ],
  ['BcsourceInventoryOld', { 'bcsource_inventory_age_seconds{source="acme"}': '86000+60x60' }],
  ['BcsourceAlarmOpen', { 'bcsource_alarms_open{source="acme",cause="inventory_stale"}': '0x50 1x9' }],
  [
    'BcsourceRunsFail',
    { 'bcsource_job_runs_last_day{source="acme",job="inventory",status="failed",instance="b"}': '4x60' },
  ],
  ['BcsourceStoreRefuses', { 'bcsource_alarms_open{source="acme",cause="connection_refused"}': '0x50 1x9' }],
  ['BcsourceStoreSlowsDown', { 'bcsource_store_requests_total{source="acme",status="429"}': '0+2x60' }],
  ['BcsourceQuotaStarves', { 'bcsource_store_quota_left{source="acme"}': '8x60' }],
  ['BcsourceWebhooksLag', { 'bcsource_webhook_lag_seconds{source="acme"}': '0+60x60' }],
  ['BcsourceNotificationsStuck', { bcsource_notifications_undelivered: '21x60' }],
  [
    'BcsourceWorkersTooFew',
    {
      'temporal_activity_schedule_to_start_latency_bucket{le="1000"}': '0x60',
      'temporal_activity_schedule_to_start_latency_bucket{le="60000"}': '0+10x60',
    },
  ],
  [
    'BcsourceWorkerFull',
    { 'temporal_worker_task_slots_available{instance="a",worker_type="ActivityWorker"}': '9x30 0x29' },
  ],
  ['BcsourceWorkflowTaskFails', { temporal_workflow_task_execution_failed: '0+1x60' }],
];

describe(RULES, () => {
  it('can be read by Prometheus', () => {
    expect(promtool('check', 'rules', rules)).toContain('SUCCESS');
  });

  it('is quiet as long as all is well', () => check(well, []));

  it('says so when nothing is told at all', () => check({ up: '1x60' }, ['BcsourceDown']));

  it.each(troubles)('%s', (alert, series) => check({ ...well, ...series }, [alert]));

  it('has no rule that was not seen to fire', () => {
    const { groups } = parse(readText(RULES)) as { groups: { rules: { alert: string }[] }[] };
    const names = groups.flatMap((group) => group.rules.map((rule) => rule.alert));
    expect(names.sort()).toEqual(['BcsourceDown', ...troubles.map(([alert]) => alert)].sort());
  });
});
