import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { temporal } from '@temporalio/proto';
import { startWorld } from '../helpers/requests.ts';
import type { World } from '../helpers/requests.ts';
import { checkHistory, makesHistories, recordedHistories, replayAll } from './replay.ts';
import { requestPaths } from './request-paths.ts';

const recorded = new Map(recordedHistories().map(({ workflowId, text }) => [workflowId.replace('.json', ''), text]));
const bytesOf = (text: string) =>
  temporal.api.history.v1.History.encode(historyFromJSON(JSON.parse(text)) as never).finish().length;

it('a history is kept of every way that a request can go', () => {
  expect([...recorded.keys()]).toEqual(expect.arrayContaining(Object.keys(requestPaths)));
});

it('a hold, a window, a failed and a good send stay under 60 events and 12 KB', () => {
  const text = recorded.get('request-hours-retried')!;
  const { events } = JSON.parse(text) as { events: unknown[] };
  expect(text.match(/"sendRequest"/g)).toHaveLength(2);
  expect(events.length).toBeLessThan(60);
  expect(bytesOf(text)).toBeLessThan(12 * 1024);
});

it('a workflow that does anything else than the one that was recorded is found out', async () => {
  const changed = Object.keys(requestPaths)
    .map((name) => ({ name, text: recorded.get(name)! }))
    .filter(({ text }) => text.includes('"sendRequest"'))
    .map(({ name, text }) => ({
      workflowId: name,
      history: JSON.parse(text.replace('"sendRequest"', '"sendIt"')) as unknown,
    }));
  const failures = await replayAll(changed);
  expect(Object.keys(failures)).toEqual(changed.map(({ workflowId }) => workflowId));
});

if (makesHistories) {
  describe('a history of today replays, and says no more than ids and figures', () => {
    let world: World;
    beforeAll(async () => {
      world = await startWorld();
    }, 150_000);
    afterAll(() => world.stop());

    it.each(Object.entries(requestPaths))('%s', async (name, { settings, go }) => {
      const supplier = await world.supplier(`path-${name}`, settings);
      await checkHistory(name, await (await go(world, supplier)).fetchHistory());
    });
  });
}
