import { expect, it } from '@jest/globals';
import { howFar } from '../../client/cli/actions/run-output.ts';

it('how far a run is is drawn on a terminal, and a plain number elsewhere', () => {
  expect(howFar(0.5, true)).toBe(`[${'█'.repeat(12)}${'░'.repeat(12)}] 50% `);
  expect(howFar(0.5, false)).toBe('50% ');
  expect([howFar(null, true), howFar(null, false)]).toEqual(['', '']);
});
