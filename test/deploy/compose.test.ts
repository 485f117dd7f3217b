import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { ENDS_WITHIN } from '../../client/http/end.ts';
import { buildProgram } from '../../client/cli/program.ts';
import { SERVER_VERSION } from '../../local/cluster/programs.ts';
import { readEnvironment } from '../../domain/environment.ts';
import { codeWords, rowsOf, sectionOf } from '../docs/markdown.ts';
import { endsAfterMs, readWorkerTuning } from '../../workers/tuning.ts';

interface Service {
  image: string;
  command?: string[];
  environment?: Record<string, string | number>;
  restart: string;
  stop_grace_period?: string;
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test?: string[]; disable?: boolean };
  ports?: string[];
  volumes?: string[];
  deploy?: { replicas: number };
}

const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
const text = read('docker-compose.yml');
const { services, volumes } = parse(text, { merge: true }) as {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
};
const dockerfile = read('Dockerfile');
/** Set by the file itself, whatever .env says. */
const GIVEN = [
  ...['DATABASE_URL', 'TEMPORAL_ADDRESS', 'TEMPORAL_NAMESPACE', 'TEMPORAL_*', 'TEMPORAL_CONFIG_FILE'],
  ...['BCSOURCE_ENCRYPTION_KEY', 'BCSOURCE_WORKER_HEALTH_PORT'],
];
/** Of the local stack and of tests, or named by a source file and handed to the one command that applies it. */
const ELSEWHERE = [
  ...['BCSOURCE_HOME', 'BCSOURCE_TEMPORAL_CLI', 'BCSOURCE_TEMPORAL_TEST_SERVER'],
  ...['BIGCOMMERCE_STORE_HASH', 'BIGCOMMERCE_ACCESS_TOKEN', 'NO_COLOR'],
];
/** As Compose fills in what .env says. */
const fill = (value: string, file: Record<string, string>) =>
  value.replace(/\$\{(\w+)(?::-([^}]*)|:\?[^}]*)\}/g, (_, name: string, fallback = '') => file[name] || `${fallback}`);
/** For what a busy machine takes on top. */
const SPARE_SECONDS = 10;
const ONCE = ['migrate', 'setup'];
const lasting = Object.entries(services).filter(([name]) => !ONCE.includes(name));
const seconds = (service: Service | undefined) => Number(/^(\d+)s$/.exec(service?.stop_grace_period ?? '')?.[1]);

describe('docker-compose.yml', () => {
  it('has all parts, two workers, and runs commands that there are', () => {
    expect(Object.keys(services).sort()).toEqual(
      ['migrate', 'postgres', 'serve', 'setup', 'temporal', 'temporal-ui', 'worker'].sort(),
    );
    expect(services['worker']!.deploy).toEqual({ replicas: 2 });
    const verbs = buildProgram().commands.map((command) => command.name());
    for (const { command } of Object.values(services)) if (command) expect(verbs).toContain(command[0]);
  });

  it('starts each part after what it needs', () => {
    const order = (name: string) =>
      Object.entries(services[name]!.depends_on ?? {}).map(([other, { condition }]) => `${other} ${condition}`);
    expect(order('temporal')).toEqual(['postgres service_healthy']);
    expect(order('temporal-ui')).toEqual(['temporal service_healthy']);
    expect(order('migrate')).toEqual(['postgres service_healthy']);
    expect(order('setup')).toEqual(['migrate service_completed_successfully', 'temporal service_healthy']);
    for (const name of ['worker', 'serve']) expect(order(name)).toEqual(['setup service_completed_successfully']);
  });

  it('probes what lasts and starts it again, and runs the rest once', () => {
    for (const [name, { healthcheck, restart }] of lasting)
      expect({ name, restart, probed: (healthcheck?.test?.length ?? 0) > 1 }).toEqual({
        name,
        restart: 'unless-stopped',
        probed: true,
      });
    for (const name of ONCE) expect(services[name]).toMatchObject({ restart: 'no', healthcheck: { disable: true } });
    const port = services['worker']!.environment!['BCSOURCE_WORKER_HEALTH_PORT'];
    expect(services['worker']!.healthcheck!.test!.join(' ')).toContain(`127.0.0.1:${port}/readyz`);
    const [, , , , asked] = services['serve']!.command!;
    expect(services['serve']!.healthcheck!.test!.join(' ')).toContain(`127.0.0.1:${asked}/readyz`);
  });

  it('gives each part more time to stop than it takes', () => {
    const tuning = readWorkerTuning({});
    if (!tuning.ok) throw new Error();
    expect(seconds(services['worker'])).toBeGreaterThan(endsAfterMs(tuning.tuning) / 1000 + SPARE_SECONDS);
    expect(seconds(services['serve'])).toBeGreaterThan(ENDS_WITHIN.allMs / 1000 + SPARE_SECONDS);
    const [, worker, serve] = /A worker ends within (\d+) s of SIGTERM, serve within (\d+) s/.exec(text) ?? [];
    expect(Number(worker)).toBeGreaterThan(endsAfterMs(tuning.tuning) / 1000);
    expect(Number(serve)).toBe(ENDS_WITHIN.allMs / 1000);
    for (const name of ['postgres', 'temporal']) expect(seconds(services[name])).toBeGreaterThanOrEqual(30);
  });

  it('has no secret of its own: each is demanded, and the example file names them all', () => {
    const used = [...text.matchAll(/\$\{(\w+)([^}]*)\}/g)];
    const demanded = used.filter(([, , rest]) => !rest!.startsWith(':-'));
    for (const [, name, rest] of demanded) expect({ name, rest }).toEqual({ name, rest: ':?set it in .env' });
    const example = [...read('.env.example').matchAll(/^(\w+)=/gm)].map(([, name]) => name);
    expect(new Set(demanded.map(([, name]) => name))).toEqual(new Set(example));
    // Empty, so that Compose refuses each that nobody has filled in.
    expect(example.every((name) => new RegExp(`^${name}=$`, 'm').test(read('.env.example')))).toBe(true);
    for (const { environment = {} } of Object.values(services))
      for (const [name, value] of Object.entries(environment))
        if (/PASSWORD|PWD|KEY|SECRET|TOKEN/.test(name)) expect(value).toMatch(/^\$\{/);
  });

  it('hands through every setting that the documents name, and the example file names each', () => {
    const tables = [
      sectionOf(read('README.md'), '## Configuration'),
      sectionOf(read('docs/deploy.md'), '## Tuning workers'),
    ];
    const documented = tables.flatMap((table) => rowsOf(table).flatMap(([name]) => [...codeWords(name!)]));
    const optional = [...new Set(documented)]
      .filter((name) => !GIVEN.includes(name) && !ELSEWHERE.includes(name))
      .sort();
    expect(optional.length).toBeGreaterThan(20);
    const handed = [...text.matchAll(/^ {4}(\w+): \$\{\1:-.*\}$/gm)].map(([, name]) => name).sort();
    expect(handed).toEqual(optional);
    const example = [...read('.env.example').matchAll(/^#(\w+)=/gm)].map(([, name]) => name).sort();
    expect(example).toEqual(optional);
  });

  it('takes every line of the example, and none of them, for settings that can be used', () => {
    const { environment = {} } = services['worker']!;
    const given = { POSTGRES_PASSWORD: 'f00', BCSOURCE_ENCRYPTION_KEY: Buffer.alloc(32, 1).toString('base64') };
    const lines = [...read('.env.example').matchAll(/^#?(\w+)=(.+)$/gm)].map(([, name, value]) => [name, value]);
    const app = { BIGCOMMERCE_CLIENT_ID: 'id', BIGCOMMERCE_CLIENT_SECRET: 'a-secret-of-an-app' };
    for (const file of [given, { ...Object.fromEntries(lines), ...app, ...given }] as Record<string, string>[]) {
      const filled = Object.entries(environment).map(([name, value]) => [name, fill(`${value}`, file)]);
      const settings = Object.fromEntries(filled) as Record<string, string>;
      expect(readEnvironment(settings)).toMatchObject({ ok: true });
      expect(readWorkerTuning(settings)).toMatchObject({ ok: true });
    }
  });

  it('needs a password without marks, and the example says how to make one', () => {
    const hint = /^# .*openssl rand -hex \d+\nPOSTGRES_PASSWORD=/m;
    expect(read('.env.example')).toMatch(hint);
  });

  it('is reached from this machine only, and keeps its data in a volume', () => {
    for (const { ports = [] } of Object.values(services))
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
    expect(services['postgres']!.ports).toBeUndefined();
    expect(services['postgres']!.volumes).toEqual(['postgres:/var/lib/postgresql']);
    expect(Object.keys(volumes)).toEqual(['postgres']);
  });

  it('runs the server that the tests run, set as they set it', () => {
    expect(services['temporal']!.image).toBe(`temporalio/auto-setup:${SERVER_VERSION}`);
    const [mount] = services['temporal']!.volumes!;
    const { environment } = services['temporal']!;
    expect(environment).toMatchObject({ DB: 'postgres12', POSTGRES_SEEDS: 'postgres', POSTGRES_USER: 'bcsource' });
    expect(environment!['DYNAMIC_CONFIG_FILE_PATH']).toBe(mount!.split(':')[1]);
    expect(parse(read(mount!.split(':')[0]!.slice(2)))).toEqual({
      'history.transferProcessorMaxPollRPS': [{ value: 1000 }],
      'matching.enableFairness': [{ value: true }],
    });
  });
});

describe('the Dockerfile', () => {
  it('builds in one stage and runs, as an ordinary user, in another; SIGTERM ends it', () => {
    expect(dockerfile.match(/^FROM node:24-slim/gm)).toHaveLength(2);
    const [, final = ''] = dockerfile.split(/^FROM .*$/m).slice(1);
    expect(final).toMatch(/^USER node$/m);
    expect(final).toMatch(/^STOPSIGNAL SIGTERM$/m);
    expect(final).toMatch(/^ENTRYPOINT \["node", .*"dist\/client\/cli\/main.js"\]$/m);
    expect(dockerfile).toContain('npm run build && npm prune --omit=dev --omit=optional');
  });

  it('takes no secret into the build', () => {
    expect(read('.dockerignore').split('\n')).toEqual(expect.arrayContaining(['**/.env*', '**/encryption.key']));
  });

  it.each([
    ['a worker', 'BCSOURCE_WORKER_HEALTH_PORT', 200, 0],
    ['a worker that is not ready', 'BCSOURCE_WORKER_HEALTH_PORT', 503, 1],
    ['serve', undefined, 200, 0],
    ['serve that is not ready', undefined, 503, 1],
    ['nothing', undefined, null, 1],
  ])('probes %s', async (_what, variable, status, exitCode) => {
    const [, port] = /^ENV .*\bBCSOURCE_WORKER_HEALTH_PORT=(\d+)/m.exec(dockerfile) ?? [];
    expect(port).toBe(`${services['worker']!.environment!['BCSOURCE_WORKER_HEALTH_PORT']}`);
    const [, command] = /^HEALTHCHECK [^[]*CMD (\[.*\])$/m.exec(dockerfile) ?? [];
    const [program, ...args] = JSON.parse(command!) as [string, ...string[]];
    expect(program).toBe('node');
    const paths: (string | undefined)[] = [];
    const server = createServer(({ url }, response) => {
      paths.push(url);
      response.writeHead(status!).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const here = `${(server.address() as AddressInfo).port}`;
    const place = variable === undefined ? {} : { [variable]: here };
    expect(services['serve']!.command).toContain('8480');
    // The usual port of serve is that of whatever else this machine runs: another is asked here.
    const ofServe = variable === undefined && status !== null ? here : '1';
    const alone = args.map((arg) => arg.replace('8480', ofServe));
    const probe = spawn(process.execPath, alone, { env: place });
    expect(await once(probe, 'exit')).toEqual([exitCode, null]);
    expect(paths).toEqual(status === null ? [] : ['/readyz']);
    server.close();
  });
});
