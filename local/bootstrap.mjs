import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { clearInterval, setInterval } from 'node:timers';
import { fileURLToPath } from 'node:url';

// Plain Node without dependencies: this runs on a clean clone, before anything is installed.
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const SOURCES = [
  'client',
  'workflows',
  'activities',
  'workers',
  'domain',
  'bigcommerce',
  'database',
  'local',
  'simulator',
  'bench',
];
const TASKS = {
  demo: ['dist/client/cli/main.js', 'demo'],
  bench: ['dist/bench/main.js'],
  test: ['test/run.mjs'],
  'test:long': ['test/run.mjs', '--long'],
};

const [task, ...rest] = process.argv.slice(2);
checkNode();
if (task !== undefined && !Object.hasOwn(TASKS, task))
  fail(`There is no task "${task}": ${Object.keys(TASKS).join(', ')}.`, 2);
await install();
await build();
if (task === undefined) say('Everything is installed and built. Next: npm run demo');
else process.exitCode = await run(process.execPath, [...TASKS[task], ...rest]);

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 11)) return;
  fail(`Node ${process.versions.node} is too old: bigcommerce-source needs 20.11 or newer (24 is fine).`, 2);
}

async function install() {
  const stamp = join(root, 'node_modules', '.bcsource-install');
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (read(stamp) === lock) return;
  // Dependencies that somebody installed by npm itself are as good: npm notes what it did beside them.
  if (!isInstalledByNpm()) await step('Installing dependencies', npm(), ['ci', '--no-audit', '--no-fund']);
  writeFileSync(stamp, lock);
}

function isInstalledByNpm() {
  const note = join(root, 'node_modules', '.package-lock.json');
  return existsSync(note) && statSync(note).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs;
}

async function build() {
  const stamp = join(root, 'dist', '.bcsource-build');
  const sources = fingerprint();
  if (read(stamp) === sources) return;
  await step('Building', npm(), ['run', 'build']);
  writeFileSync(stamp, sources);
}

/** Names, sizes and times of all sources: by times alone, a file that was moved or deleted would go unnoticed. */
function fingerprint() {
  const hash = createHash('sha256');
  const add = (path) => {
    const { size, mtimeMs } = statSync(join(root, path));
    hash.update(`${path} ${size} ${mtimeMs}\n`);
  };
  for (const file of ['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json']) add(file);
  for (const folder of SOURCES) filesBelow(folder).forEach(add);
  return hash.digest('hex');
}

function filesBelow(folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true })
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesBelow(path) : [path];
    });
}

/** A step of the set-up: quiet, with the time that passes; its output is shown when it fails. */
async function step(title, command, args) {
  const startedAt = Date.now();
  const elapsed = () => `${Math.round((Date.now() - startedAt) / 1000)} s`;
  let output = '';
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  say(`${title} ...`);
  const timer = setInterval(() => say(`${title} ... ${elapsed()}`), 2_000);
  const code = await ended(child);
  clearInterval(timer);
  if (code !== 0) {
    process.stderr.write(output);
    fail(`${title} failed. Repeat it by: ${[command, ...args].join(' ')}`, code);
  }
  say(`${title}: done in ${elapsed()}`);
}

function run(command, args) {
  return ended(spawn(command, args, { cwd: root, stdio: 'inherit' }));
}

/** Waits for a child, hands our signals on to it, and answers with its exit code as a shell would. */
function ended(child) {
  // SIGINT from a terminal reaches the child by itself; it is caught here only so that we outlive it.
  const handOn = (signal) => {
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, handOn);
  return new Promise((resolve) => {
    child.once('error', (error) => fail(error.message, 1));
    child.once('close', (code, signal) => {
      for (const each of signals) process.off(each, handOn);
      resolve(code ?? 128 + ({ SIGINT: 2, SIGTERM: 15, SIGHUP: 1, SIGKILL: 9 }[signal] ?? 0));
    });
  });
}

function npm() {
  return process.platform === 'win32' ? 'npm.cmd' : 'npm';
}

function read(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}

function say(message) {
  process.stderr.write(`${message}\n`);
}

function fail(message, code) {
  say(message);
  process.exit(code);
}
