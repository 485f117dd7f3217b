/** Proofs that take minutes in any form; what they prove in seconds stands in two-senders and worker-kill. */
const onlyLong = ['send-storm', 'frozen-worker', 'shipments-kill'].map((name) => `test/chaos/${name}.test.ts`);

export default {
  testPathIgnorePatterns: ['/node_modules/', ...(process.env.BCSOURCE_TEST_LONG === '1' ? [] : onlyLong)],
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'es6' } },
    ],
  },
  globalSetup: '<rootDir>/test/helpers/global-setup.ts',
  globalTeardown: '<rootDir>/test/helpers/global-teardown.ts',
  testTimeout: 60_000,
  maxWorkers: 2,
};
