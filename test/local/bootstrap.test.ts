import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

const root = join(import.meta.dirname, '..', '..');
let folder: string;

// Stands for npm: notes what it was asked for and does the least that install and build leave behind.
const NPM = `#!/bin/sh
echo "$@" >> npm.log
if [ "$1" = ci ]; then mkdir -p node_modules; echo '{}' > node_modules/.package-lock.json; fi
if [ "$2" = build ]; then mkdir -p dist/client/cli; cp cli.mjs dist/client/cli/main.js; fi
if [ -e broken ]; then echo "it is broken" >&2; exit 7; fi
`;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bcsource-bootstrap-'));
  for (const name of ['local', 'client', 'bin']) mkdirSync(join(folder, name));
  cpSync(join(root, 'local', 'bootstrap.mjs'), join(folder, 'local', 'bootstrap.mjs'));
  for (const name of ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json'])
    writeFileSync(join(folder, name), '{}');
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(
    join(folder, 'cli.mjs'),
    'console.log(process.argv.slice(2).join(" ")); process.exit(Number(process.argv[3]));',
  );
  writeFileSync(join(folder, 'client', 'one.ts'), '');
  writeFileSync(join(folder, 'bin', 'npm'), NPM, { mode: 0o755 });
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function bootstrap(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const env = { ...process.env, NODE_OPTIONS: '', PATH: `${join(folder, 'bin')}:${process.env.PATH}` };
  return spawnSync(process.execPath, ['local/bootstrap.mjs', ...args], { cwd: folder, env, encoding: 'utf8' });
}

function asked(): string[] {
  const log = join(folder, 'npm.log');
  const lines = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
  rmSync(log, { force: true });
  return lines;
}

test('installs and builds once, then runs the task with its arguments and its exit code', () => {
  const first = bootstrap('demo', '6', '--fast');
  expect(first).toMatchObject({ status: 6, stdout: 'demo 6 --fast\n' });
  expect(first.stderr).toContain('Installing dependencies');
  expect(asked()).toEqual(['ci --no-audit --no-fund', 'run build']);
  expect(bootstrap('demo', '0')).toMatchObject({ status: 0, stderr: '' });
  expect(asked()).toEqual([]);
});

test('a changed or deleted source is built again, a changed lock file installed again', () => {
  bootstrap();
  asked();
  writeFileSync(join(folder, 'client', 'two.ts'), '');
  bootstrap();
  expect(asked()).toEqual(['run build']);
  rmSync(join(folder, 'client', 'two.ts'));
  writeFileSync(join(folder, 'package-lock.json'), '{ "changed": true }');
  bootstrap();
  expect(asked()).toEqual(['ci --no-audit --no-fund', 'run build']);
});

test('a step that fails shows what it said and how to repeat it, and is tried again next time', () => {
  writeFileSync(join(folder, 'broken'), '');
  const failed = bootstrap('demo', '0');
  expect(failed.status).toBe(7);
  expect(failed.stderr).toMatch(/it is broken\n[^]*Repeat it by: npm ci/);
  rmSync(join(folder, 'broken'));
  rmSync(join(folder, 'node_modules'), { recursive: true });
  expect(bootstrap('demo', '0').status).toBe(0);
});

test('a task that does not exist is refused', () => {
  expect(bootstrap('dance')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('demo, bench, test, test:long'),
  });
});
