import { runInNewContext } from 'node:vm';
import { expect, it } from '@jest/globals';
import { createSpentBytes } from '../../activities/spent-bytes.ts';
import { waitFor } from '../helpers/wait.ts';

const ANSWERS = 10;
const ANSWER = 1_000_000;
const bytesHeld = () => process.memoryUsage().arrayBuffers;

it('gives back what answers have taken, though nothing else is allocated meanwhile', async () => {
  const spent = createSpentBytes();
  const before = bytesHeld();
  const answers: Uint8Array[] = Array.from({ length: ANSWERS }, () => new Uint8Array(ANSWER));
  expect(bytesHeld() - before).toBeGreaterThanOrEqual(ANSWERS * ANSWER);
  answers.length = 0;
  for (let answer = 0; answer < ANSWERS; answer++) spent.add(ANSWER);
  // Soon: in some seconds V8 does so by itself, where nothing else is under way.
  await waitFor('their memory', () => bytesHeld() - before < ANSWER, 2_000);
});

it('leaves the collection to nobody else: workflows would find it in their contexts', () => {
  createSpentBytes();
  expect(runInNewContext('typeof gc')).toBe('undefined');
});
