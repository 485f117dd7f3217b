import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { runCommand } from '../helpers/processes.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bcsource-dev-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const wrong = {
  SMTP_URL: 'smtp://user:geheim%@mail.example.com',
  BCSOURCE_LOG_LEVEL: 'loud',
  BCSOURCE_WORKER_GRACE_SECONDS: 'ten',
  BCSOURCE_METRICS_ADDRESS: 'here',
};

test.each([
  ['dev', ['dev', '--json']],
  ['a stack in the background', ['dev', '--detach', '--json']],
])('%s names every setting that cannot be used before it starts anything', async (_what, args) => {
  const home = join(folder, 'home');
  const { exitCode, stdout, stderr, json } = await runCommand(args, { ...wrong, BCSOURCE_HOME: home });
  expect(exitCode).toBe(2);
  const { error } = json<{ error: { problems: string[]; hint: string } }>();
  for (const name of [...Object.keys(wrong), 'SMTP_FROM'])
    expect(error.problems).toContainEqual(expect.stringMatching(`^${name} `));
  expect(error.hint).toMatch(/Correct these variables.*"Tuning workers"/);
  expect(stdout + stderr).not.toContain('geheim');
  expect(existsSync(home)).toBe(false);
});

test('the demo starts no stack that could not run', async () => {
  const home = join(folder, 'home');
  const { exitCode, stderr } = await runCommand(['demo', '--exit'], { ...wrong, BCSOURCE_HOME: home });
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining('BCSOURCE_WORKER_GRACE_SECONDS must be')]);
  expect(existsSync(home)).toBe(false);
});
