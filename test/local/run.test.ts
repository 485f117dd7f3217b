import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

const root = join(import.meta.dirname, '..', '..');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bcsource-run-'));
  for (const name of ['test', 'bin', 'node_modules/jest/bin']) mkdirSync(join(folder, name), { recursive: true });
  cpSync(join(root, 'test', 'run.mjs'), join(folder, 'test', 'run.mjs'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The stand-in of jest notes its files and the form that it is asked for. */
const NOTE_JEST = `
  const { BCSOURCE_TEST_LONG: long, BCSOURCE_TEST_CLUSTER: cluster } = process.env;
  const files = process.argv.slice(process.argv.indexOf('--outputFile') + 2);
  fs.appendFileSync('calls', ['jest', ...files, long && 'long', cluster && 'cluster'].filter(Boolean).join(' ') + '\\n');`;

/** What was called one after the other; the checks of the code go beside it. */
function calls(): string[] {
  const all = readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n');
  return all.filter((call) => !/ (format:check|lint:code|lint:rooms|typecheck)$/.test(call));
}

interface Suite {
  status: string;
  name: string;
  assertionResults: { status: string }[];
}

/** Runs test/run.mjs over stand-ins for npm and jest. */
function run(options: {
  failing?: string;
  passed?: number;
  failed?: number;
  skipped?: number;
  suites?: Suite[];
  noReport?: true;
  /** What run.mjs is given. */
  args?: string[];
}) {
  const { passed = 0, failed = 0, skipped = 0, suites = [] } = options;
  const total = passed + failed + skipped;
  const results = { numPassedTests: passed, numFailedTests: failed, numPendingTests: skipped, numTodoTests: 0 };
  const report = JSON.stringify({ ...results, numTotalTests: total, testResults: suites });
  const write = options.noReport
    ? ''
    : `fs.writeFileSync(process.argv[process.argv.indexOf('--outputFile') + 1], ${JSON.stringify(report)});`;
  writeFileSync(
    join(folder, 'node_modules/jest/bin/jest.js'),
    `const fs = require('node:fs'); ${write} ${NOTE_JEST} process.exitCode = ${failed > 0 ? 1 : 0};`,
  );
  const npm = `#!/bin/sh\necho "npm $*" >>calls\n[ "$3" != "${options.failing ?? ''}" ]\n`;
  writeFileSync(join(folder, 'bin', 'npm'), npm, { mode: 0o755 });
  writeFileSync(join(folder, 'jest.config.js'), "exports.listLeftOut = () => ['a file (no browser)'];");
  const forms = { BCSOURCE_TEST_LONG: '', BCSOURCE_TEST_CLUSTER: '' };
  const env = { ...process.env, ...forms, NODE_OPTIONS: '', PATH: `${join(folder, 'bin')}:${process.env.PATH}` };
  const program = ['test/run.mjs', ...(options.args ?? [])];
  const { status, stdout } = spawnSync(process.execPath, program, { cwd: folder, env, encoding: 'utf8' });
  return { status, stdout, last: stdout.trimEnd().split('\n').at(-1) };
}

test('each step and each test counts, and the counts come last', () => {
  expect(run({ passed: 5 })).toMatchObject({ status: 0, last: '9 passed, 0 failed' });
  expect(run({ passed: 5, skipped: 2 })).toMatchObject({ status: 0, last: '9 passed, 0 failed, 2 skipped' });
});

test('a failing step does not keep the others from running, and is named with the command that repeats it', () => {
  const result = run({ failing: 'lint:code', passed: 5 });
  expect(result).toMatchObject({ status: 1, last: '8 passed, 1 failed' });
  expect(result.stdout).toContain('  npm run lint:code\n');
});

test('failing tests are named by their file', () => {
  const suites = [{ status: 'failed', name: join(folder, 'test/a.test.ts'), assertionResults: [{ status: 'failed' }] }];
  const result = run({ passed: 5, failed: 1, suites });
  expect(result).toMatchObject({ status: 1, last: '9 passed, 1 failed' });
  expect(result.stdout).toContain('npx jest test/a.test.ts\n');
});

test('a file that does not load fails the run, and so does a run without tests or without a report', () => {
  const suites = [{ status: 'failed', name: join(folder, 'test/a.test.ts'), assertionResults: [] }];
  expect(run({ passed: 5, suites })).toMatchObject({ status: 1, last: '9 passed, 1 failed' });
  expect(run({})).toMatchObject({ status: 1, last: '4 passed, 1 failed' });
  expect(run({ noReport: true })).toMatchObject({ status: 1, last: '4 passed, 1 failed' });
});

test('the short form is one run of jest', () => {
  expect(run({ passed: 5 }).stdout).not.toContain('LEFT OUT');
  expect(calls()).toEqual(['jest']);
});

test('the long form goes all the way once more on a cluster, then looks at what is packed, and tells what it left out', () => {
  const result = run({ passed: 5, args: ['--long'] });
  expect(calls()).toEqual(['jest long', 'jest test/e2e/ long cluster', 'npm run --silent check:supply -- --here']);
  expect(result).toMatchObject({ status: 0, last: '15 passed, 0 failed' });
  expect(result.stdout).toContain('LEFT OUT a file (no browser)\n');
});

test('what fails on the cluster is repeated there', () => {
  const suites = [{ status: 'failed', name: join(folder, 'test/a.test.ts'), assertionResults: [{ status: 'failed' }] }];
  const { stdout } = run({ passed: 5, failed: 1, suites, args: ['--long'] });
  expect(stdout).toContain('BCSOURCE_TEST_LONG=1 BCSOURCE_TEST_CLUSTER=1 NODE_OPTIONS=');
});

test('files that are named are run in the long form, and nothing else', () => {
  run({ passed: 5, args: ['--long', 'test/a.test.ts'] });
  expect(calls()).toEqual(['jest test/a.test.ts long']);
});
