import { afterEach, expect, it } from '@jest/globals';
import { howFar } from '../../client/cli/actions/run-output.ts';

const { isTTY } = process.stderr;
afterEach(() => void (process.stderr.isTTY = isTTY));

it('how far a run is is drawn on a terminal, and a plain number elsewhere', () => {
  process.stderr.isTTY = true;
  expect([howFar(0.5), howFar(null)]).toEqual([`[${'█'.repeat(12)}${'░'.repeat(12)}] 50% `, '']);
  process.stderr.isTTY = false;
  expect([howFar(0.5), howFar(null)]).toEqual(['50% ', '']);
});
