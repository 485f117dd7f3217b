import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { firstOf, runWithProgress } from '../../local/executables.ts';
import { findTemporalCli } from '../../local/temporal-cli.ts';
import { findTestServer } from '../../local/test-server.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bcsource-cli-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function program(...path: string[]): string {
  const file = join(folder, ...path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, '#!/bin/sh\n', { mode: 0o755 });
  return file;
}

test('a path in the environment goes before PATH, and PATH before the cache', async () => {
  const [given, onPath, cached] = [program('given'), program('bin', 'temporal'), program('cache', 'temporal')];
  const cache = join(folder, 'cache');
  const env = { PATH: join(folder, 'bin'), BCSOURCE_TEMPORAL_CLI: given };
  expect(await findTemporalCli({ env, cache })).toEqual({ path: given, origin: `BCSOURCE_TEMPORAL_CLI=${given}` });
  expect((await findTemporalCli({ env: { PATH: env.PATH }, cache })).path).toBe(onPath);
  expect((await findTemporalCli({ env: { PATH: '' }, cache })).path).toBe(cached);
});

test('a path in the environment that is not executable is an error, not passed over', async () => {
  program('bin', 'temporal');
  const env = { PATH: join(folder, 'bin'), BCSOURCE_TEMPORAL_CLI: join(folder, 'missing') };
  await expect(findTemporalCli({ env })).rejects.toThrow(/BCSOURCE_TEMPORAL_CLI names .*missing/);
  const server = { BCSOURCE_TEMPORAL_TEST_SERVER: folder };
  await expect(findTestServer({ env: server })).rejects.toThrow(/BCSOURCE_TEMPORAL_TEST_SERVER names/);
});

test('when nothing helps, one error tells what was tried and what to do', async () => {
  const ways = [
    { name: 'one', find: () => Promise.resolve(null) },
    { name: 'other', find: () => Promise.reject(new Error('no network')) },
  ];
  await expect(firstOf('The program', ways, 'Install it.')).rejects.toThrow(
    'The program was not found. Tried:\n  - one: nothing there\n  - other: no network\nInstall it.',
  );
});

test('two who build at once both end with a whole program and leave no drafts', async () => {
  const go = program('bin', 'go');
  writeFileSync(
    go,
    '#!/bin/sh\necho "go: downloading something" >&2\nprintf "#!/bin/sh\\n" > "$GOBIN/temporal"\nchmod 755 "$GOBIN/temporal"\n',
  );
  const { buildInto } = await import('../../local/executables.ts');
  const cache = join(folder, 'cache', 'temporal-1');
  const build = (): Promise<void> =>
    buildInto(cache, (draft) =>
      runWithProgress(go, [], { env: { PATH: '/usr/bin:/bin', GOBIN: draft }, onProgress: () => undefined }),
    );
  await Promise.all([build(), build()]);
  expect(readdirSync(join(folder, 'cache'))).toEqual(['temporal-1']);
  expect((await findTemporalCli({ env: { PATH: '' }, cache })).path).toBe(join(cache, 'temporal'));
});

test('a long build tells how long it takes and what it does, and its failure ends with what it said', async () => {
  const told: string[] = [];
  const release = join(folder, 'release');
  const waiting = `until [ -e ${release} ]; do sleep 0.01; done`;
  const building = runWithProgress(
    '/bin/sh',
    ['-c', `echo "go: downloading x/y v1"; ${waiting}; echo "no such version"; exit 4`],
    {
      everyMs: 20,
      onProgress: (line) => {
        told.push(line);
        if (line.includes('downloading')) writeFileSync(release, '');
      },
    },
  );
  await expect(building).rejects.toThrow(/ended with 4: .*no such version/);
  // Not the last one: it may be told of the end as well before the program has ended.
  expect(told).toContainEqual(expect.stringMatching(/^\d+ s, go: downloading x\/y v1$/));
});
