import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { buildProgram } from '../../client/cli/program.ts';
import { SERVER_VERSION } from '../../local/cluster/programs.ts';
import { cutAfterMs, readWorkerTuning } from '../../workers/tuning.ts';

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
    expect(seconds(services['worker'])).toBeGreaterThan(cutAfterMs(tuning.tuning) / 1000 + 5);
    expect(seconds(services['serve'])).toBeGreaterThan(20);
    for (const name of ['postgres', 'temporal']) expect(seconds(services[name])).toBeGreaterThanOrEqual(30);
  });

  it('has no secret of its own: each is demanded, and the example file names them all', () => {
    const used = [...text.matchAll(/\$\{(\w+)([^}]*)\}/g)];
    for (const [, name, rest] of used) expect({ name, rest }).toEqual({ name, rest: ':?set it in .env' });
    const example = [...read('.env.example').matchAll(/^(\w+)=/gm)].map(([, name]) => name);
    expect(new Set(used.map(([, name]) => name))).toEqual(new Set(example));
    for (const { environment = {} } of Object.values(services))
      for (const [name, value] of Object.entries(environment))
        if (/PASSWORD|PWD|KEY|SECRET|TOKEN/.test(name)) expect(value).toMatch(/^\$\{/);
  });

  it('is reached from this machine only, and keeps its data in a volume', () => {
    for (const { ports = [] } of Object.values(services))
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
    expect(services['postgres']!.ports).toBeUndefined();
    expect(services['postgres']!.volumes).toEqual(['postgres:/var/lib/postgresql']);
    expect(Object.keys(volumes)).toEqual(['postgres']);
  });

  it('runs the server that the tests run, polled as often', () => {
    expect(services['temporal']!.image).toBe(`temporalio/auto-setup:${SERVER_VERSION}`);
    const [mount] = services['temporal']!.volumes!;
    expect(parse(read(mount!.split(':')[0]!.slice(2)))).toEqual({
      'history.transferProcessorMaxPollRPS': [{ value: 1000 }],
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
});
