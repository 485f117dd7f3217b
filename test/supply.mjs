import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// What the package is made of and what it brings to others: `npm run check:supply`. Needs the registry, unlike the tests.
// With `--here` as a part of `npm run test:long`: what the registry does not give to this machine is left out, and said;
// packages come from npm's cache where they are in it.
const isHere = process.argv.includes('--here');
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
/** Versions of Node that the packed command has to run on. */
const NODES = ['20', '24'];
/** A part of the tests does not wait for a registry that is not there. */
const AT_ONCE = isHere ? ['--fetch-retries=0', '--fetch-timeout=30000'] : [];
const OWN_NODE = process.versions.node.split('.')[0];
/** Licences that ask for no more than their own text. Others are decided by a person, and then stand here. */
const LICENCES = ['MIT', 'MIT-0', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', '0BSD', 'Unlicense'];
const MORE_LICENCES = ['BlueOak-1.0.0', 'CC0-1.0', 'CC-BY-4.0', 'Python-2.0'];
/** Packages whose manifest names none; the licence is what their own LICENSE file says. */
const BY_FILE = { unionfs: 'Unlicense' };
const counts = { passed: 0, failed: 0 };
const byNode = (version) => ['--yes', '--package', `node@${version}`, 'node'];

/** What only a registry can give, and it did not. */
class NoAnswer extends Error {}

const folder = await mkdtemp(join(tmpdir(), 'bcsource-supply-'));
try {
  await check('the lock file is complete', lockFile);
  await check('no known weakness in what runs in production (npm audit)', audit);
  await check('every licence is one that we know', licences);
  await check('a bill of materials can be made (npm sbom)', billOfMaterials);
  await check('the package holds what it should, and runs in an empty folder', packed);
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.stdout.write(`${counts.passed} passed, ${counts.failed} failed\n`);
process.exitCode = counts.failed > 0 ? 1 : 0;

async function check(name, work) {
  try {
    const said = await work();
    counts.passed++;
    process.stdout.write(`PASS ${name}${said ? `: ${said}` : ''}\n`);
  } catch (error) {
    if (isHere && error instanceof NoAnswer) return leaveOut(`${name}: ${error.message}`);
    counts.failed++;
    process.stdout.write(`FAIL ${name}: ${error.message}\n`);
  }
}

function leaveOut(what) {
  process.stdout.write(`LEFT OUT ${what}\n`);
}

async function lockedPackages() {
  const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'));
  const entries = Object.entries(packages).filter(([path, { link }]) => path !== '' && !link);
  return entries.map(([path, fields]) => ({ path, name: path.split('node_modules/').at(-1), ...fields }));
}

async function lockFile() {
  const packages = await lockedPackages();
  const open = packages.filter(({ version, integrity }) => !version || !/^sha512-/.test(integrity ?? ''));
  if (open.length > 0) throw new Error(`no digest of ${open.map(({ path }) => path).join(', ')}`);
  // Fails where package.json asks for something else than what is locked.
  await run('npm', ['ci', '--dry-run', '--ignore-scripts', '--no-audit']);
  return `${packages.length} packages, each with its digest`;
}

async function audit() {
  const { code, output } = await run('npm', ['audit', '--omit=dev', '--json', ...AT_ONCE], { mayFail: true });
  const report = JSON.parse(output.slice(output.indexOf('{'), output.lastIndexOf('}') + 1));
  if (!report.metadata)
    throw new NoAnswer(`the registry gives no answer (${report.message ?? `npm ended with ${code}`})`);
  const { total } = report.metadata.vulnerabilities;
  if (total > 0)
    throw new Error(`${total}: ${Object.keys(report.vulnerabilities).join(', ')}; see npm audit --omit=dev`);
}

async function licences() {
  const known = new Set([...LICENCES, ...MORE_LICENCES]);
  const found = new Map();
  const strange = [];
  for (const { name, license, dev, devOptional } of await lockedPackages()) {
    if (dev || devOptional) continue;
    const said = license ?? BY_FILE[name] ?? 'none';
    found.set(said, (found.get(said) ?? 0) + 1);
    const parts = said.replace(/[()]/g, '').split(/ AND | OR /);
    const isFine = / OR /.test(said) ? parts.some((part) => known.has(part)) : parts.every((part) => known.has(part));
    if (!isFine) strange.push(`${name} (${said})`);
  }
  if (strange.length > 0) throw new Error(strange.join(', '));
  return [...found].map(([licence, count]) => `${count} ${licence}`).join(', ');
}

async function billOfMaterials() {
  const { output } = await run('npm', ['sbom', '--sbom-format', 'cyclonedx', '--omit', 'dev']);
  const { components, bomFormat } = JSON.parse(output);
  if (bomFormat !== 'CycloneDX' || components.length === 0) throw new Error('it is empty');
  const place = process.argv.find((argument) => argument.startsWith('--sbom='))?.slice('--sbom='.length);
  if (place) await writeFile(place, output);
  return `${components.length} components${place ? `, in ${place}` : ''}`;
}

async function packed() {
  if (!existsSync(join(root, 'dist/workers/workflow-bundle.js'))) throw new Error('build first: npm run build');
  const { output } = await run('npm', ['pack', '--json', '--pack-destination', folder]);
  const [{ filename, files, size }] = JSON.parse(output);
  const paths = files.map(({ path }) => path);
  const needed = [
    'dist/client/cli/main.js',
    'dist/programs/cli.js',
    'dist/workers/workflow-bundle.js',
    'README.md',
    'CHANGELOG.md',
  ];
  const missing = needed.filter((path) => !paths.includes(path));
  if (missing.length > 0) throw new Error(`${missing.join(', ')} missing`);
  const strange = paths.filter((path) => !/^(dist|docs)\/|^(README|CHANGELOG|LICENSE)|^package\.json$/.test(path));
  const secret = paths.filter((path) => /(^|\/)(test\/|\.env|\.bcsource)|\.(pem|key)$/.test(path));
  if (strange.length + secret.length > 0) throw new Error(`${[...strange, ...secret].join(', ')} should not be in it`);
  const home = join(folder, 'empty');
  await mkdir(home);
  await writeFile(join(home, 'package.json'), '{"private": true}');
  const quietly = ['--omit=optional', '--no-audit', '--no-fund', '--prefer-offline'];
  await run('npm', ['install', ...quietly, join(folder, filename)], { cwd: home });
  const versions = isHere ? await nodesHere() : NODES;
  for (const version of versions) await runPacked(home, version);
  return `${paths.length} files, ${Math.round(size / 1024)} kB; Node ${versions.join(' and ')}`;
}

/** The Node that runs this, and the others that can be had. */
async function nodesHere() {
  const others = NODES.filter((version) => version !== OWN_NODE);
  const found = [OWN_NODE];
  for (const version of others) {
    const asked = await run('npx', [...AT_ONCE, ...byNode(version), '--version'], { mayFail: true });
    if (asked.code === 0) found.push(version);
    else leaveOut(`the package on Node ${version}: the registry does not give it`);
  }
  return found;
}

/** The packed command by another Node: help, a sentence where nothing is set, and Temporal's native part. */
async function runPacked(cwd, version) {
  const node = (args, env) =>
    isHere && version === OWN_NODE
      ? run(process.execPath, args, { cwd, mayFail: true, env })
      : run('npx', [...byNode(version), ...args], { cwd, mayFail: true, env });
  const command = 'node_modules/bigcommerce-source/dist/client/cli/main.js';
  const expectFrom = async (args, code, pattern, env = {}) => {
    const found = await node(args, env);
    if (found.code === code && pattern.test(found.output)) return;
    throw new Error(`Node ${version}: ${args.join(' ')} ended with ${found.code}: ${found.output.slice(-400)}`);
  };
  await expectFrom(['--version'], 0, new RegExp(`^v${version}\\.`, 'm'));
  await expectFrom([command, '--help'], 0, /Usage: bcsource/);
  await expectFrom([command, 'worker'], 2, /DATABASE_URL is not set/);
  // With all that a worker needs loaded, up to the first thing outside.
  const nowhere = {
    DATABASE_URL: 'postgres://127.0.0.1:1/none',
    BCSOURCE_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
  };
  await expectFrom([command, 'worker'], 5, /Postgres at 127.0.0.1:1 does not answer/, nowhere);
  await expectFrom([command, 'simulator', '--help'], 0, /ledger/);
  await expectFrom(['--input-type=module', '-e', 'await import("@temporalio/worker")'], 0, /^/);
}

function run(command, args, { cwd = root, mayFail = false, env = {} } = {}) {
  // Settings of a stack or of npm's own run must not reach what is tried out.
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(BCSOURCE|DATABASE|TEMPORAL|npm_(package|lifecycle))_/.test(name),
  );
  const child = spawn(command, args, { cwd, env: { ...Object.fromEntries(kept), NO_COLOR: '1', ...env } });
  let [output, errors] = ['', ''];
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (errors += chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0 || mayFail) resolve({ code, output: mayFail ? output + errors : output });
      else reject(new Error(`${command} ${args.join(' ')} ended with ${code}: ${(errors || output).slice(-400)}`));
    });
  });
}
