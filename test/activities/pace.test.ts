import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from '@temporalio/client';
import { signalRequest } from '../../activities/fr-start.ts';
import { tellAtPace } from '../../activities/pace.ts';
import { takeNamespace } from '../helpers/namespaces.ts';
import { openTemporal } from '../helpers/temporal.ts';

const numbered = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
/** Temporal counts anew what waits every five seconds. */
const LONG_ENOUGH_MS = 12_000;

describe('requests that are told something', () => {
  let client: Client;
  beforeAll(async () => {
    const TEMPORAL_ADDRESS = process.env['TEST_TEMPORAL_ADDRESS']!;
    client = await openTemporal({ TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE: await takeNamespace() });
  });
  afterAll(() => client.connection.close());

  const tell = (id: number) => signalRequest(client, { id, source: 'acme', number: `${id}` }, 'settingsChanged');
  const signal = new AbortController().signal;

  it('are told in parts and in order, each once, up to the time that it ends at', async () => {
    const told: number[] = [];
    const parts: number[][] = [];
    const note = (id: number) => Promise.resolve(void told.push(id));
    const onTold = (part: readonly number[]) => Promise.resolve(void parts.push([...part]));
    expect(await tellAtPace(client, numbered(120), { tell: note, onTold, until: Infinity, signal })).toBe(120);
    expect(told.sort((a, b) => a - b)).toEqual(numbered(120));
    expect(parts.map(({ length }) => length)).toEqual([50, 50, 20]);
    expect(parts.flat()).toEqual(numbered(120));
    // What has no time left tells one part all the same, so that whoever asks again comes to an end.
    expect(await tellAtPace(client, numbered(120), { tell: note, until: 0, signal })).toBe(50);
    expect(await tellAtPace(client, [], { tell: note, until: Infinity, signal })).toBe(0);
  });

  it('are told hardly any more while what they were told waits for a worker', async () => {
    const until = Date.now() + LONG_ENOUGH_MS;
    const told = await tellAtPace(client, numbered(5000), { tell, until, signal });
    // As many as fit into those five seconds, and the parts that nobody is kept from for ever.
    expect(told).toBeGreaterThanOrEqual(200);
    expect(told).toBeLessThan(700);
  });
});
