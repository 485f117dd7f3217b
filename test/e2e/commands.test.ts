import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { text } from 'node:stream/consumers';
import { allCommands } from '../docs/commands.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { itInLong } from '../helpers/it-in-long.ts';
import { runCommand, startCommand } from '../helpers/processes.ts';
import { startServe } from '../helpers/server.ts';
import { runInShell } from '../helpers/shell.ts';
import { waitFor } from '../helpers/wait.ts';
import type { ErrorDocument } from './support.ts';

describe('bcsource', () => {
  let home: string;
  let database: TestDatabase;
  let settings: Record<string, string | undefined>;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'bcsource-commands-'));
    database = await createTestDatabase();
    settings = {
      ...{ BCSOURCE_HOME: home, DATABASE_URL: database.url, TEMPORAL_ADDRESS: process.env['TEST_TEMPORAL_ADDRESS'] },
      BCSOURCE_ENCRYPTION_KEY: Buffer.alloc(32, 3).toString('base64'),
    };
  });
  afterAll(async () => {
    await database.drop();
    await rm(home, { recursive: true, force: true });
  });

  const run = (args: string[], changes: Record<string, string | undefined> = {}, input?: string) =>
    runCommand(args, { ...settings, ...changes }, input);
  const failure = async (args: string[], changes: Record<string, string | undefined> = {}, input?: string) => {
    const result = await run(args, changes, input);
    return { exitCode: result.exitCode, ...result.json<ErrorDocument>().error };
  };

  it('is a program that can be started by its path', async () => {
    const { stdout } = await promisify(execFile)('dist/client/cli/main.js', ['--version'], { env: process.env });
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('helps with every command', async () => {
    const commands = allCommands();
    expect(commands.length).toBeGreaterThan(30);
    for (const { words, help } of commands)
      expect(help.split('\n')[0]).toContain(`Usage: ${['bcsource', ...words].join(' ')}`);
    for (const words of [[], ['inventory'], ['inventory', 'import'], ['source', 'apply']]) {
      const { exitCode, stdout } = await run([...words, '--help']);
      expect([exitCode, stdout.split('\n')[0]]).toEqual([
        0,
        expect.stringContaining(`Usage: ${['bcsource', ...words].join(' ')}`),
      ]);
    }
  });

  it.each([[[]], [['inventory']], [['source']]])(
    'shows what there is when a command is not complete: %j',
    async (words) => {
      const { exitCode, stderr } = await run(words);
      expect([exitCode, stderr.split('\n')[0]]).toEqual([2, expect.stringContaining('Usage: bcsource')]);
    },
  );

  it.each([
    [['nonsense', '--json'], 'unknown command', 'bcsource'],
    [['inventory', 'import', '--json'], 'missing required argument', 'bcsource inventory import'],
    [['inventory', 'list', 'a', '--limit', '0', '--json'], 'whole number', 'bcsource inventory list'],
    [['inventory', 'list', 'a', '--changed-since', 'soon', '--json'], 'instant', 'bcsource inventory list'],
    [['inventory', 'list', 'a', '--json=xml'], 'invalid', 'bcsource inventory list'],
    [['runs', 'show', 'a', '--refused', '--json'], 'unknown option', 'bcsource runs show'],
    [['fr', 'nonsense', '--json'], 'unknown command', 'bcsource fr'],
    [['source', 'list', 'more', '--json'], 'too many arguments', 'bcsource source list'],
    [['shipments', 'list', '--since', '0', '--fr', 'PO-1', '--json'], 'cannot be used with', 'bcsource shipments list'],
  ])('takes %j for wrong usage, and names the help that tells more', async (args, words, command) => {
    expect(await failure(args)).toMatchObject({
      exitCode: 2,
      code: 'wrong_usage',
      message: expect.stringContaining(words),
      hint: `See \`${command} --help\`.`,
    });
  });

  it('takes a missing choice of options for wrong usage', async () => {
    expect(await failure(['mapping', 'test', 'a', '--json'])).toMatchObject({ exitCode: 2, code: 'wrong_usage' });
  });

  it('says that an answer could not be written, in one line', async () => {
    const { exitCode, output } = await runInShell('bcsource status --json >/dev/full', settings);
    expect([exitCode, output.trim().split('\n')]).toEqual([
      1,
      [expect.stringMatching(/^Error \(output_lost\): .*ENOSPC/)],
    ]);
  });

  it('answers Ctrl-C in the middle of its work as it answers everything', async () => {
    const child = startCommand(['fr', 'submit', '-', '--json'], settings);
    // More than a pipe holds: it is taken when the command reads, and then waits for more.
    await new Promise((resolve) => child.stdin!.write(' '.repeat(1_000_000), resolve));
    child.kill('SIGINT');
    const [stdout, [code]] = await Promise.all([text(child.stdout!), once(child, 'close')]);
    expect([code, (JSON.parse(stdout) as ErrorDocument).error.code]).toEqual([130, 'interrupted']);
  });

  it('says wrong usage to people on standard error only', async () => {
    const { exitCode, stdout, stderr } = await run(['nonsense']);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toContain("unknown command 'nonsense'");
  });

  it.each([
    [['source', 'list', '--json']],
    [['migrate', '--json']],
    [['inventory', 'import', 'a', '--wait', '--json']],
  ])('names all missing settings at once: %j', async (args) => {
    const none = { DATABASE_URL: '', TEMPORAL_ADDRESS: '', BCSOURCE_ENCRYPTION_KEY: '' };
    expect(await failure(args, none)).toMatchObject({
      ...{ exitCode: 2, code: 'settings_missing' },
      problems: ['DATABASE_URL is not set', 'BCSOURCE_ENCRYPTION_KEY is not set'],
    });
  });

  it('does not start a worker without its settings', async () => {
    const { exitCode, stderr } = await run(['worker'], { BCSOURCE_ENCRYPTION_KEY: 'short' });
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('BCSOURCE_ENCRYPTION_KEY must hold keys')]);
  });

  it.each([
    [['source', 'show', 'nobody', '--json'], 'source_not_found'],
    [['inventory', 'import', 'nobody', '--wait', '--json'], 'source_not_found'],
    [['inventory', 'approve', 'nobody', '--json'], 'source_not_found'],
    [['runs', 'show', 'nothing', '--json'], 'not_found'],
    [['fr', 'list', '--source', 'nobody', '--json'], 'source_not_found'],
  ])('does not find what is not there: %j', async (args, code) => {
    expect(await failure(args)).toMatchObject({ exitCode: 3, code });
  });

  it.each([['postgres://nobody@127.0.0.1:1/none'], ['postgres://nobody:planted-secret@host.invalid/none']])(
    'tells that Postgres does not answer, without the password: %s',
    async (url) => {
      const found = await failure(['source', 'list', '--json'], { DATABASE_URL: url });
      expect(found).toMatchObject({ exitCode: 5, code: 'database_unavailable' });
      expect(JSON.stringify(found)).not.toContain('planted-secret');
    },
  );

  it.each(['migrate', 'setup', 'source list'])(
    'says where Postgres should be, why not, and what to do: %s',
    async (command) => {
      const nowhere = { DATABASE_URL: 'postgres://nobody:planted-secret@127.0.0.1:1/none' };
      expect(await failure([...command.split(' '), '--json'], nowhere)).toEqual({
        ...{ exitCode: 5, code: 'database_unavailable' },
        message: 'Postgres at 127.0.0.1:1 does not answer: connect ECONNREFUSED 127.0.0.1:1.',
        hint: 'Check DATABASE_URL and that Postgres runs (`bcsource status` for the local stack).',
      });
      const { host } = new URL(database.url);
      const closed = await failure([...command.split(' '), '--json'], {
        DATABASE_URL: `postgres://nobody:wrong@${host}/none`,
      });
      expect(closed).toMatchObject({
        ...{ exitCode: 5, code: 'database_unavailable', hint: expect.stringContaining('DATABASE_URL') },
        message: expect.stringMatching(`^Postgres at ${host} does not let us into none: .*nobody`),
      });
    },
  );

  it('does not start a worker or a server without Postgres or Temporal, and says which', async () => {
    const noPostgres = { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' };
    const noTemporal = { TEMPORAL_ADDRESS: '127.0.0.1:1' };
    const ends = await Promise.all([
      run(['worker'], noPostgres),
      run(['serve'], noPostgres),
      run(['worker'], noTemporal),
    ]);
    expect(ends.map(({ exitCode }) => exitCode)).toEqual([5, 5, 5]);
    const [worker, server, other] = ends.map(({ stderr }) => stderr);
    for (const text of [worker, server])
      expect(text).toMatch(/Postgres at 127.0.0.1:1 does not answer.*\n.*DATABASE_URL/);
    expect(other).toMatch(/Temporal at 127.0.0.1:1 does not answer.*\n.*TEMPORAL_ADDRESS/);
  });

  it('examines whatever answers, and waits for nothing that does not', async () => {
    // Takes connections and says nothing, for ever.
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const address = `127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const file = 'name: c\nconnection: { type: api_token, storeHash: abc, accessToken: t }\ninventory: {}\n';
    expect(await run(['source', 'apply', '-'], {}, file)).toMatchObject({ exitCode: 0 });
    const problemsOf = async (changes: Record<string, string>) => {
      const { exitCode, ...found } = await run(['doctor', '--json'], changes);
      expect(exitCode).toBe(1);
      const { checks } = found.json<{ checks: { check: string; status: string; message: string; hint: string }[] }>();
      return checks.map(({ check, status, message, hint }) => `${check} ${status}: ${message} ${hint}`);
    };
    expect(await problemsOf({ TEMPORAL_NAMESPACE: 'no-such-one' })).toContainEqual(
      expect.stringMatching(/^temporal problem: Its namespace no-such-one cannot be used at .*bcsource setup/),
    );
    const store = { BIGCOMMERCE_API_URL: `http://${address}` };
    expect(await problemsOf({ TEMPORAL_ADDRESS: address, ...store })).toEqual(
      expect.arrayContaining([
        expect.stringMatching(`^temporal problem: Temporal at ${address} does not answer.*TEMPORAL_ADDRESS`),
        expect.stringMatching(/^store c problem: No answer within .*/),
      ]),
    );
    expect(await problemsOf({ DATABASE_URL: `postgres://nobody@${address}/none` })).toEqual(
      expect.arrayContaining([
        expect.stringMatching(`^database problem: Postgres at ${address} does not answer.*DATABASE_URL`),
        expect.stringMatching('^temporal ok: '),
      ]),
    );
    expect(await problemsOf({ DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' })).toEqual(
      expect.arrayContaining([
        expect.stringMatching(
          /^database problem: Postgres at 127.0.0.1:1 does not answer: connect ECONN.*DATABASE_URL/,
        ),
      ]),
    );
    await run(['source', 'remove', 'c', '--yes']);
    silent.close();
  });

  it('tells that Temporal does not answer, and applies nothing then', async () => {
    const file = 'name: a\nconnection: { type: api_token, storeHash: abc, accessToken: t }\ninventory: {}\n';
    const down = { TEMPORAL_ADDRESS: '127.0.0.1:1' };
    for (const args of [
      ['source', 'apply', '-', '--json'],
      ['schedule', 'list', '--json'],
    ]) {
      expect(await failure(args, down, file)).toMatchObject({ exitCode: 5, code: 'temporal_unavailable' });
    }
    expect((await run(['source', 'list', '--json'])).json()).toEqual([]);
  });

  it('serves although Temporal does not answer, knows it from the start, and does not wait long for it', async () => {
    const { url, process: server } = await startServe({ ...settings, TEMPORAL_ADDRESS: '127.0.0.1:1' });
    try {
      // Said after it serves, though nothing has asked for Temporal.
      const isWarned = () => server.output().includes('Temporal does not answer yet');
      expect(isWarned()).toBe(false);
      await waitFor('the warning', isWarned);
      expect(await fetch(`${url}/readyz`)).toMatchObject({ status: 200 });
    } finally {
      await server.stop();
    }
  });

  it('serves this machine alone unless it is told otherwise', async () => {
    const { url, process: server } = await startServe(settings);
    try {
      expect(server.output()).toContain(`serving ${url}\n`);
      expect(await fetch(`${url}/healthz`)).toMatchObject({ status: 200 });
      // Who listens on all addresses answers on this one too; only Linux has it without being told.
      const elsewhere =
        process.platform === 'linux' ? `${url.replace('127.0.0.1', '127.0.0.2')}/healthz` : 'http://127.0.0.1:1';
      await expect(fetch(elsewhere)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
    } finally {
      await server.stop();
    }
  });

  itInLong('examines Temporal also when a credential cannot be read', async () => {
    const file = 'name: b\nconnection: { type: api_token, storeHash: abc, accessToken: t }\n';
    expect((await run(['source', 'apply', '-', '--json'], {}, file)).exitCode).toBe(0);
    const other = { BCSOURCE_ENCRYPTION_KEY: Buffer.alloc(32, 4).toString('base64'), TEMPORAL_ADDRESS: '127.0.0.1:1' };
    const { exitCode, ...found } = await run(['doctor', '--json'], other);
    const problems = found.json<{ checks: { check: string; status: string }[] }>().checks;
    expect(exitCode).toBe(1);
    expect(problems.filter(({ status }) => status === 'problem').map(({ check }) => check)).toEqual(
      expect.arrayContaining(['encryption', 'temporal']),
    );
    await run(['source', 'remove', 'b', '--yes', '--json']);
  });

  it('asks for a migration where the schema is missing, and makes it', async () => {
    const empty = await createTestDatabase({ empty: true });
    const url = { DATABASE_URL: empty.url };
    expect(await failure(['source', 'list', '--json'], url)).toMatchObject({ exitCode: 1, code: 'schema_mismatch' });
    expect((await run(['migrate', '--json'], url)).json<{ applied: string[] }>().applied.length).toBeGreaterThan(0);
    expect((await run(['migrate', '--json'], url)).json()).toEqual({ applied: [] });
    expect((await run(['source', 'list', '--json'], url)).json()).toEqual([]);
    await empty.drop();
  });

  it('prints the JSON Schema of a source and a completion script', async () => {
    expect((await run(['source', 'schema'])).json()).toMatchObject({ type: 'object' });
    expect((await run(['completion', 'bash'])).stdout).toContain('bcsource');
  });
});
