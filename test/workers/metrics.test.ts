import { expect, it } from '@jest/globals';
import { createMetrics } from '../../workers/metrics.ts';

const unreachable = () => Promise.reject(new Error('no database'));

it('what an answer told of a quota is told for five minutes: a store that is not asked has a full window again', async () => {
  let now = 0;
  const metrics = createMetrics(unreachable, () => now);
  const quota = { limit: 450, left: 3, windowMs: 30_000, resetMs: 10_000 };
  metrics.storeAnswered('quiet', 200, quota);
  metrics.storeAnswered('busy', 200, quota);
  now = 5 * 60_000;
  expect(await metrics.render()).toContain('bcsource_store_quota_left{source="quiet"} 3');
  now += 1;
  metrics.storeAnswered('busy', 200, { ...quota, left: 2 });
  const text = await metrics.render();
  expect(text.match(/^bcsource_store_quota_.*$/gm)).toEqual([
    'bcsource_store_quota_left{source="busy"} 2',
    'bcsource_store_quota_limit{source="busy"} 450',
  ]);
  expect(text).toContain('bcsource_store_requests_total{source="quiet",status="200"} 1');
});
