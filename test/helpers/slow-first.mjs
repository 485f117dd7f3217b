import Sequencer from '@jest/test-sequencer';

/** Short files that take long, on a server of their own: begun last, they would leave one core idle at the end. */
const SLOW = /test\/workflows\/fulfillment-request/;

/** The order of the test files: those that are slow for their size, then jest's own order. */
export default class SlowFirst extends Sequencer {
  async sort(tests) {
    const byDefault = await super.sort(tests);
    const isSlow = ({ path }) => SLOW.test(path);
    return [...byDefault.filter(isSlow), ...byDefault.filter((test) => !isSlow(test))];
  }
}
