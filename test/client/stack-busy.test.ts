import { expect, it } from '@jest/globals';
import { clientErrorOf } from '../../client/errors.ts';
import { StackBusyError } from '../../local/claims.ts';

it('a stack that somebody runs already is no error of ours, and the hint says what to do', () => {
  expect(clientErrorOf(new StackBusyError('/home/of/it', 7))).toMatchObject({
    ...{ code: 'already_running', exitCode: 5, message: expect.stringContaining('process 7') },
    hint: 'See `bcsource status`; `bcsource stop` ends the stack.',
  });
});
