import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
    `const fs = require('node:fs'); ${write} process.exitCode = ${failed > 0 ? 1 : 0};`,
  );
  writeFileSync(join(folder, 'bin', 'npm'), `#!/bin/sh\n[ "$3" != "${options.failing ?? ''}" ]\n`, { mode: 0o755 });
  const env = { ...process.env, NODE_OPTIONS: '', PATH: `${join(folder, 'bin')}:${process.env.PATH}` };
  const { status, stdout } = spawnSync(process.execPath, ['test/run.mjs'], { cwd: folder, env, encoding: 'utf8' });
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
