import { existsSync } from 'node:fs';
import { findCompose, findPgDump, findProgram, serverMajor } from './test/helpers/programs.mjs';

/** Proofs that take long in any form; what some of them prove in seconds stands in two-senders, send-steps, worker-kill, commands and oauth, webhooks among them. */
const onlyLong = [
  ...[
    'send-storm',
    'frozen-worker',
    'shipments-kill',
    'graceful-stop',
    'under-fire',
    'upgrade',
    'restored-backup',
    'two-imports',
    'canaries',
    'changing-store',
    'feed-faults',
    'server-kill',
  ].map((name) => `test/chaos/${name}.test.ts`),
  // Stacks of other users, in places that they cannot reach, several side by side, of the tour, and whatever else may end one.
  ...['stack-users', 'stack-places', 'stack-ends', 'demo'].map((name) => `test/local/${name}.test.ts`),
  // Many commands, and workers of their own; their rules are proven by themselves, and every way is gone by the others.
  ...[
    'approval',
    'encrypted',
    'fulfillment-cancel',
    'fulfillment-examples',
    'notifications',
    'old-data',
    'pool',
    'recover',
    'roles',
    'runs',
    'schedules',
    'settings',
    'shipment-faults',
    'shipment-rhythm',
    'versions',
    'webhooks',
    'worker-keys',
  ].map((name) => `test/e2e/${name}.test.ts`),
  // Names and options of all commands are looked up in facts.
  'test/docs/readme.test.ts',
  'test/workflows/shipments-outage.test.ts',
  // On a Temporal cluster, which a bare machine builds for many minutes.
  'test/cluster/',
];

/** In a browser, which a bare machine lacks; oauth opens the same pages by plain HTTP. */
const hasBrowser = existsSync(process.env.BCSOURCE_TEST_BROWSER || '/usr/bin/chromium');
const inBrowser = ['test/e2e/oauth-browser.test.ts'];
/** Prometheus' own judge of its rules; Debian's package `prometheus` has it. */
const hasPromtool = Boolean(findProgram('promtool'));
const byPromtool = ['test/docs/alert-rules.test.ts'];
/** Docker Compose's own reader of its file, which needs no engine; Debian's package `docker-compose` has it. */
const hasCompose = Boolean(findCompose());
const byCompose = ['test/deploy/compose-config.test.ts'];
const NO_DUMP = `no pg_dump ${serverMajor()} in PATH or BCSOURCE_TEST_PG_BIN`;
const isLong = process.env.BCSOURCE_TEST_LONG === '1';

/** What this machine cannot run of the long form, with what it lacks: `npm run test:long` says so. */
export const listLeftOut = () => [
  ...(hasBrowser ? [] : [`${inBrowser} (no /usr/bin/chromium and no BCSOURCE_TEST_BROWSER)`]),
  ...(hasPromtool ? [] : [`${byPromtool} (no promtool)`]),
  ...(hasCompose ? [] : [`${byCompose} (no docker-compose)`]),
  ...(findPgDump() ? [] : [`pg_dump in test/chaos/restored-backup.test.ts, which copies in another way (${NO_DUMP})`]),
];

export default {
  testPathIgnorePatterns: [
    '/node_modules/',
    ...(isLong ? [] : onlyLong),
    ...(isLong && hasBrowser ? [] : inBrowser),
    ...(hasPromtool ? [] : byPromtool),
    ...(isLong && hasCompose ? [] : byCompose),
  ],
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
  // One more than the two cores of a small machine: these tests wait for servers a third of their time.
  maxWorkers: 3,
  testSequencer: '<rootDir>/test/helpers/slow-first.mjs',
};
