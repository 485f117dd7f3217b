import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { runWithProgress } from '../../local/executables.ts';
import { identify } from '../../local/processes.ts';
import { findTemporalCli } from '../../local/temporal-cli.ts';
import { waitFor } from '../helpers/wait.ts';

const aborted = expect.objectContaining({ name: 'AbortError' });
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bcsource-given-up-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a download that is given up ends at once, and nothing else is tried', async () => {
  // Takes a connection and says nothing.
  const proxy = createServer().unref().listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const env = { PATH: folder, HTTPS_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` };
  writeFileSync(join(folder, 'go'), `#!/bin/sh\n: > ${join(folder, 'built')}\n`, { mode: 0o755 });
  const giveUp = new AbortController();
  const cache = join(folder, 'cache', 'temporal');
  const finding = findTemporalCli({ env, cache, signal: giveUp.signal });
  const [downloading] = (await once(proxy, 'connection')) as [Socket];
  const ended = once(downloading.on('error', () => undefined).resume(), 'close');
  giveUp.abort();
  await expect(finding).rejects.toThrow(aborted);
  await ended;
  proxy.close();
  expect(readdirSync(join(folder, 'cache'))).toEqual([]);
  expect(readdirSync(folder)).not.toContain('built');
});

test('a build that is given up ends with all that it has started', async () => {
  const note = join(folder, 'pids');
  const script = `sleep 1000 & echo "$$ $!" > ${note}.new; mv ${note}.new ${note}; wait`;
  const giveUp = new AbortController();
  const options = { signal: giveUp.signal, onProgress: () => undefined };
  const building = runWithProgress('/bin/sh', ['-c', script], options);
  await waitFor('the build to start', () => readdirSync(folder).includes('pids'));
  giveUp.abort();
  await expect(building).rejects.toThrow(aborted);
  const pids = readFileSync(note, 'utf8').trim().split(' ').map(Number);
  await waitFor('both to be gone', () => pids.every((pid) => identify(pid, null) === null));
});
