import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { buildProgram } from '../../client/cli/program.ts';
import { EVENTS_DAYS } from '../../database/prune.ts';
import { failureKinds } from '../../domain/failures.ts';
import { REQUEST_FLAGS } from '../../domain/fulfillment/flags.ts';
import { retentionDefaults } from '../../domain/retention.ts';
import { completeCounts } from '../../domain/run-counts.ts';
import { alarmCauses } from '../../domain/source/alarms.ts';
import { readSourceFile } from '../../domain/source/read.ts';
import { sourceJsonSchema } from '../../domain/source/source.ts';
import { problemOfShown } from './commands.ts';
import { blocksOf, codeOf, codeWords, commandsOf, pages, readText, rowsOf, sectionOf } from './markdown.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const ROOMS = [
  'client',
  'workflows',
  'activities',
  'workers',
  'domain',
  'bigcommerce',
  'database',
  'local',
  'simulator',
];

/** Every key that a source file can have, with sections under a definition resolved by walking all of the schema. */
function settingKeys(node: unknown, keys = new Set<string>()): Set<string> {
  if (Array.isArray(node)) node.forEach((each) => settingKeys(each, keys));
  else if (node !== null && typeof node === 'object') {
    for (const [name, value] of Object.entries(node)) {
      // Rules and conditions have a page of their own.
      if (name === '$defs') continue;
      if (name === 'properties') Object.keys(value as object).forEach((key) => keys.add(key));
      settingKeys(value, keys);
    }
  }
  return keys;
}

function codeFiles(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|mjs)$/.test(name))
    .map((name) => join(root, folder, name));
}

describe('the README', () => {
  const readme = readText('README.md');

  it('leads to every page', () => {
    const linked = [...readme.matchAll(/\]\((docs\/[\w-]+\.md|CHANGELOG\.md)[)#]/g)].map(([, page]) => page);
    expect(pages.filter((page) => page !== 'README.md' && !linked.includes(page))).toEqual([]);
  });

  it('has less than 300 lines', () => {
    expect(readme.split('\n').length).toBeLessThan(300);
  });

  it('names every environment variable that the code reads', () => {
    const names = new Set<string>();
    for (const file of ROOMS.flatMap(codeFiles)) {
      const text = readFileSync(file, 'utf8');
      for (const [name] of text.matchAll(/\b(?:BCSOURCE|BIGCOMMERCE|TEMPORAL|DATABASE)_[A-Z]+(?:_[A-Z]+)*\b/g))
        names.add(name);
    }
    // A mark that the stack gives to its own processes.
    names.delete('BCSOURCE_PART');
    const deploy = readText('docs/deploy.md');
    const rows = [
      ...rowsOf(sectionOf(readme, '## Configuration')),
      ...['## On servers of your own', '## Tuning workers'].flatMap((title) => rowsOf(sectionOf(deploy, title))),
    ];
    const documented = new Set(rows.flatMap(([cell]) => [...codeWords(cell!)]));
    expect([...names].filter((name) => !documented.has(name))).toEqual([]);
    expect(names.size).toBeGreaterThan(8);
  });

  it('lists every noun and verb of the command line, and no other', () => {
    const program = buildProgram();
    const verbs = Object.fromEntries(
      rowsOf(sectionOf(readme, '## The command line'))
        .filter(([noun]) => codeOf(noun) || noun === '(none)')
        .map(([noun, cell]) => [codeOf(noun) ?? '', [...codeWords(cell!)].sort()]),
    );
    const actual = {
      '': program.commands.filter((command) => command.commands.length === 0).map((each) => each.name()),
    };
    const nouns = program.commands.filter((command) => command.commands.length > 0);
    expect(verbs).toEqual({
      '': actual[''].sort(),
      ...Object.fromEntries(nouns.map((noun) => [noun.name(), noun.commands.map((verb) => verb.name()).sort()])),
    });
  });

  it('has every exit code in its table', () => {
    const codes = rowsOf(sectionOf(readme, '## The command line')).map(([code]) => Number(code));
    for (const { exitCode } of Object.values(failureKinds)) expect(codes).toContain(exitCode);
  });

  it('names folders that exist', () => {
    const folders = rowsOf(sectionOf(readme, '## Where things are')).map(([folder]) => codeOf(folder));
    expect(folders.filter((folder) => folder && !existsSync(join(root, folder)))).toEqual([]);
    for (const room of ROOMS) expect(folders).toContain(`${room}/`);
  });
});

describe('docs/troubleshooting.md', () => {
  it('has every failure code with its exit code', () => {
    const rows = rowsOf(sectionOf(readText('docs/troubleshooting.md'), '## A run failed: the codes'));
    const documented = Object.fromEntries(rows.map(([code, exitCode]) => [codeOf(code) ?? '', Number(exitCode)]));
    const kinds = Object.entries(failureKinds).map(([code, { exitCode }]) => [code, exitCode]);
    expect(documented).toMatchObject(Object.fromEntries(kinds));
    // Commands fail in ways that no job does.
    const inCode = ['client', 'database', 'domain', 'workers']
      .flatMap(codeFiles)
      .map((file) => readFileSync(file, 'utf8'));
    const codes = Object.keys(documented).filter((code) => code !== '' && !(code in failureKinds));
    expect(codes.filter((code) => !inCode.some((text) => text.includes(`'${code}'`)))).toEqual([]);
    const given = inCode.flatMap((text) => [...text.matchAll(/new ClientError\(\s*'(\w+)'/g)].map(([, code]) => code!));
    expect(given).toContain('cannot_listen');
    expect(given.filter((code) => !(code in documented))).toEqual([]);
  });
});

describe('the alarms', () => {
  it('have a line in docs/notifications.md and a section in docs/troubleshooting.md each', () => {
    const causes = Object.keys(alarmCauses).sort();
    const rows = rowsOf(sectionOf(readText('docs/notifications.md'), '## Alarms'));
    expect(rows.flatMap(([cause]) => codeOf(cause) ?? []).sort()).toEqual(causes);
    const sections = [...readText('docs/troubleshooting.md').matchAll(/^## Alarm `(\w+)`/gm)].map(([, cause]) => cause);
    expect(sections.sort()).toEqual(causes);
  });
});

describe('docs/sending.md', () => {
  it('has every way in which a request fails, and none that does not exist', () => {
    const documented = rowsOf(sectionOf(readText('docs/sending.md'), '## Failures')).flatMap(
      ([code]) => codeOf(code) ?? [],
    );
    expect(documented.filter((code) => !(code in failureKinds))).toEqual([]);
    const isOfRequests = (file: string) => /\/(fulfillment\/|activities\/fr-|order-refusal|customers)/.test(file);
    const files = ['activities', 'domain', 'bigcommerce'].flatMap(codeFiles).filter(isOfRequests);
    const given = files.flatMap((file) => readFileSync(file, 'utf8').match(/'[a-z]+_[a-z_]+'/g) ?? []);
    const codes = new Set(given.map((text) => text.slice(1, -1)).filter((code) => code in failureKinds));
    expect([...codes].filter((code) => !documented.includes(code))).toEqual([]);
    expect(codes.size).toBeGreaterThan(15);
  });
});

describe('the pages on deploying and scaling', () => {
  it('say for how long what has ended is kept, also where no setting does', () => {
    const section = sectionOf(readText('docs/deploy.md'), '## What is deleted when');
    const [, ...rows] = rowsOf(section);
    const days = Object.fromEntries(rows.map(([kind = '', count]) => [codeOf(kind), Number(count)]));
    expect(days).toEqual(retentionDefaults);
    expect(section).toContain(`Events of webhooks go after ${EVENTS_DAYS} days`);
  });

  it('count the connections of serve as it opens them', () => {
    const [, count] = /const POOL_SIZE = (\d+);/.exec(readText('client/http/run.ts'))!;
    expect(readText('docs/deploy.md')).toContain(`plus ${count} for each \`serve\``);
    expect(readText('docs/scaling.md')).toContain(`\`serve\` × ${count}`);
  });
});

describe('docs/sources.md', () => {
  it('has every setting of a source file', () => {
    const documented = codeWords(readText('docs/sources.md'));
    const keys = [...settingKeys(sourceJsonSchema())];
    expect(keys.length).toBeGreaterThan(40);
    expect(keys.filter((key) => !documented.has(key))).toEqual([]);
  });
});

describe('docs/shipments.md', () => {
  const page = readText('docs/shipments.md');
  /** The first cells, in code, of the table with this head. */
  const tableOf = (head: string) => {
    const rows = rowsOf(page);
    const start = rows.findIndex(([cell]) => cell === head);
    const end = rows.findIndex(([cell], index) => index > start && codeOf(cell) === undefined);
    return rows.slice(start + 1, end).map(([cell]) => codeOf(cell)!);
  };

  it('has every count of a run, and none that does not exist', () => {
    const known = Object.keys(completeCounts('shipments', {}));
    const leftOutAtNone = ['lateOrders', 'deletedOrders', 'foreignOrders'];
    expect(tableOf('Count').sort()).toEqual([...known, ...leftOutAtNone].sort());
  });

  it('has every flag of a request that its shipments give, and none that does not exist', () => {
    const documented = tableOf('Flag');
    expect(documented.filter((flag) => !(REQUEST_FLAGS as readonly string[]).includes(flag))).toEqual([]);
    // What sending and canceling flag stands on their pages.
    const ofOthers = ['lines_differ', 'cancel_failed', 'state_code_not_set'];
    expect([...documented, ...ofOthers].sort()).toEqual([...REQUEST_FLAGS].sort());
  });
});

describe('docs/inventory-job.md', () => {
  it('names every code of a finding that the code gives', () => {
    // What is said of orders and shipments is documented where they are.
    const isOfItems = (file: string) => !/\/(fulfillment|shipments)\//.test(file);
    const files = ['activities', 'domain', 'database'].flatMap(codeFiles).filter(isOfItems);
    const texts = files.map((file) => readFileSync(file, 'utf8'));
    const given = texts.flatMap((text) => [...text.matchAll(/(?:rejected\(|new Refusal\(|code: )'([a-z_]+)'/g)]);
    const rows = rowsOf(sectionOf(readText('docs/inventory-job.md'), '## What comes in, and what does not'));
    const documented = rows.map(([, code]) => codeOf(code));
    const findings = new Set(given.map((match) => match[1]!).filter((code) => !(code in failureKinds)));
    for (const notAFinding of ['custom', 'invalid_union', 'rights_missing', 'database_read_only'])
      findings.delete(notAFinding);
    expect([...findings].filter((code) => !documented.includes(code))).toEqual([]);
    expect(findings.size).toBeGreaterThan(6);
  });
});

describe('every page', () => {
  it.each(pages)('%s has no dead link', (page) => {
    const text = readText(page);
    for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      const [path = '', anchor] = target!.split('#');
      if (path.includes('://')) continue;
      const file = path === '' ? join(root, page) : join(root, dirname(page), path);
      expect({ target, exists: existsSync(file) }).toEqual({ target, exists: true });
      if (anchor) expect(anchorsOf(readFileSync(file, 'utf8'))).toContain(anchor);
    }
  });

  it.each(pages)('%s shows only source files that are accepted', (page) => {
    const secrets = { BIGCOMMERCE_ACCESS_TOKEN: 'a-token', ACME_CLIENT_SECRET: 'a-secret' };
    const environment = { BIGCOMMERCE_STORE_HASH: 'abc123', ...secrets };
    for (const { language, text, line } of blocksOf(readText(page))) {
      if (language !== 'yaml') continue;
      const head = 'name: acme-supply\nconnection: { type: api_token, storeHash: abc123, accessToken: a-token }\n';
      const read = readSourceFile(text.startsWith('name:') ? text : head + text, environment);
      expect({ line, problems: read.ok ? [] : read.problems }).toEqual({ line, problems: [] });
    }
  });

  it.each(pages)('%s shows only commands that there are', (page) => {
    const text = readText(page);
    // How all commands are built is no command.
    const inline = [...codeWords(text)].filter((word) => /^((npx )?bcsource(?! NOUN)|docker compose) /.test(word));
    const run = commandsOf(text).filter((command) => /^(npx )?bcsource (?!simulator )/.test(command.text));
    const shown = [...[...commandsOf(text, 'console'), ...run].map((command) => command.text), ...inline];
    const problems = shown.map((command) => ({ command, problem: problemOfShown(command) }));
    expect(problems.filter(({ problem }) => problem !== null)).toEqual([]);
  });

  it.each(pages)('%s keeps to the repository', (page) => {
    expect(readText(page)).not.toMatch(/\/work\b|registry\.|design\.md|style\.md/);
  });
});

/** How GitHub names the anchors of headings. */
function anchorsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.*)$/gm)].map((match) =>
    match[1]!
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
