import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { constants, setPriority, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Everything that has to hold, cheap to dear, ending in one line of counts: `N passed, N failed`.
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const isLong = process.argv.includes('--long');
const jestArguments = process.argv.slice(2).filter((argument) => argument !== '--long');
/** The checks read all of the code and keep most of it: with V8's own choice they collect for a seventh of their time. */
const ROOM_FOR_YOUNG = '--max-semi-space-size=128';
const counts = { passed: 0, failed: 0, skipped: 0 };
const failures = [];
const children = new Set();

let isStopped = false;

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    isStopped = true;
    for (const child of children) child.kill(signal);
  });
}

// Beside the tests, which leave a tenth of the machine idle, and behind them, so that no test waits for longer than it may.
const checks = Promise.all([
  check('format', ['run', '--silent', 'format:check'], behindAll),
  check('lint', ['run', '--silent', 'lint:code'], behindAll),
  check('rooms', ['run', '--silent', 'lint:rooms'], behindAll),
  check('typecheck', ['run', '--silent', 'typecheck'], behindAll),
]);
await jest({ args: jestArguments });
await checks;
// The way that all of it goes, once more on a Temporal of two processes on Postgres, with two workers.
if (isLong && jestArguments.length === 0) await jest({ args: ['test/e2e/'], env: { BCSOURCE_TEST_CLUSTER: '1' } });
// What is packed and what it stands on, as far as the registry answers; a person runs all of it before a release.
if (isLong && jestArguments.length === 0) await check('supply', ['run', '--silent', 'check:supply', '--', '--here']);
if (isLong) for (const what of (await import('../jest.config.js')).listLeftOut()) say(`LEFT OUT ${what}`);
report();

/** What a process starts later on has its priority. */
function behindAll(child) {
  if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
}

async function check(name, args, begun) {
  const env = { ...process.env, NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} ${ROOM_FOR_YOUNG}`.trim() };
  const { code, output, ms } = await run('npm', args, { stdio: 'pipe', env, begun });
  process.stdout.write(output);
  say(`${code === 0 ? 'PASS' : 'FAIL'} ${name} (${(ms / 1000).toFixed(1)} s)`);
  count(code === 0, `npm ${args.filter((arg) => arg !== '--silent').join(' ')}`);
}

async function jest({ args, env = {} }) {
  const folder = mkdtempSync(join(tmpdir(), 'bcsource-results-'));
  const outputFile = join(folder, 'jest.json');
  const form = { ...(isLong ? { BCSOURCE_TEST_LONG: '1' } : {}), ...env };
  const nodeOptions = `${process.env.NODE_OPTIONS ?? ''} --experimental-vm-modules`.trim();
  const program = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
  const { code } = await run(process.execPath, [program, '--json', '--outputFile', outputFile, ...args], {
    env: { ...process.env, ...form, NODE_OPTIONS: nodeOptions },
    // With --json jest prints its report to stdout as well; people read stderr.
    stdio: ['inherit', 'ignore', 'inherit'],
  });
  const repeat = (file) => repeatedBy(form, file);
  try {
    addResults(JSON.parse(readFileSync(outputFile, 'utf8')), { code, repeat });
  } catch {
    say('jest ended without a report.');
    count(false, repeat(''));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function addResults(results, { code, repeat }) {
  const before = counts.failed;
  counts.passed += results.numPassedTests;
  counts.failed += results.numFailedTests;
  counts.skipped += results.numPendingTests + results.numTodoTests;
  for (const suite of results.testResults) {
    if (suite.status === 'failed') failures.push(repeat(suite.name.slice(root.length + 1)));
    // A file that does not even load has no tests to count.
    if (suite.status === 'failed' && !suite.assertionResults.some((each) => each.status === 'failed'))
      counts.failed += 1;
  }
  if (results.numTotalTests === 0) count(false, `${repeat('')}   # no test ran`);
  else if (code !== 0 && counts.failed === before) count(false, `${repeat('')}   # jest ended with ${code}`);
}

function repeatedBy(form, file) {
  const environment = { ...form, NODE_OPTIONS: '--experimental-vm-modules' };
  const settings = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  return [...settings, 'npx jest', file].join(' ').trim();
}

function count(isPassed, command) {
  if (isPassed) counts.passed += 1;
  else {
    counts.failed += 1;
    failures.push(command);
  }
}

function report() {
  if (failures.length > 0) say(`\nRepeat what failed:\n${failures.map((command) => `  ${command}`).join('\n')}`);
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
  process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0;
  say(`${counts.passed} passed, ${counts.failed} failed${skipped}`);
}

function run(command, args, { begun, ...options }) {
  const startedAt = Date.now();
  let output = '';
  const child = spawn(command, args, { cwd: root, ...options });
  children.add(child);
  begun?.(child);
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk));
  return new Promise((resolve) => {
    const done = (code, reason) => {
      children.delete(child);
      // Nothing more is begun.
      if (isStopped && children.size === 0) process.exit(1);
      resolve({ code, output: output + reason, ms: Date.now() - startedAt });
    };
    child.once('error', (error) => done(1, `${error.message}\n`));
    child.once('close', (code) => done(code ?? 1, ''));
  });
}

function say(line) {
  process.stdout.write(`${line}\n`);
}
