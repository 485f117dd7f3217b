import { expect, it } from '@jest/globals';
import { refuseOtherStore } from '../../client/cli/actions/demo.ts';

const simulatorUrl = 'http://127.0.0.1:4010';

it.each([
  ['has no simulator', null, undefined],
  ['asks another store', simulatorUrl, 'https://api.bigcommerce.com'],
  ['asks BigCommerce itself', simulatorUrl, undefined],
])('the demo leaves a stack alone that %s', (_what, url, apiUrl) => {
  expect(() => refuseOtherStore({ simulatorUrl: url }, apiUrl)).toThrow(expect.objectContaining({ exitCode: 2 }));
});

it('the demo takes a stack that asks the simulated store', () => {
  expect(() => refuseOtherStore({ simulatorUrl }, simulatorUrl)).not.toThrow();
});
