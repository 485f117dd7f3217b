import { describe, expect, it } from '@jest/globals';
import { firstSourceFile } from '../../../domain/source/first-file.ts';
import { readSourceFile } from '../../../domain/source/read.ts';
import { sourceJsonSchema } from '../../../domain/source/source.ts';

const environment = { ACME_TOKEN: 'planted-token-0123456789' };

/** The file of design.md, with every "..." filled in. */
const fullExample = `
name: acme-supply
connection: { type: api_token, storeHash: abc123, clientId: some-client, accessToken: \${ACME_TOKEN} }
inventory:
  skipHidden: true
  archiveMissing: true
  archiveGuard: { share: 0.2, minimum: 50 }
  pageSize: 250
  skipDigital: false
  untrackedQuantity: 0                    # what an item counts as when the store does not track its stock
  unpurchasable: keep                     # keep | zero
  schedule: { cron: "0 */4 * * *" }       # UTC unless timezone is given; left out = manual
  mapping: { title: name, price: { from: variants.price, rules: [{ rule: markup, percent: 15 }] } }
fulfillment:
  autoSend: true
  customer: guest
  holdHours: 2
  businessHours: { timezone: America/New_York, weekly: { mon-fri: ["09:00-17:00"] }, holidays: ["2026-12-25"] }
  schedule: { cron: "*/30 * * * *" }
  externalOrderIdPrefix: ""
  unknownOutcome: { firstLookSeconds: 30, resendAfterSeconds: 180, giveUpMinutes: 15 }
  mapping: {}
routing: { priority: 1, minimumOrderTotal: 25, minimumQuantity: 1, categories: { include: [Shoes], exclude: [] }, countries: [US] }
shipments: { lookbackDays: 90, schedule: { every: 15m }, mapping: {} }
notifications:
  - { type: webhook, url: "https://example.com/hook" }
  - { type: slack, url: "https://hooks.slack.com/services/x" }
  - { type: email, to: [ops@example.com] }
`;

function problemsOf(text: string, variables: Record<string, string> = environment) {
  const read = readSourceFile(text, variables);
  return read.ok ? [] : read.problems;
}

const file = (inventory: string) =>
  `name: a\nconnection: { type: api_token, storeHash: abc, accessToken: "\${ACME_TOKEN}" }\n${inventory}`;

describe('a source file', () => {
  it('may say all that the design says', () => {
    expect(problemsOf(fullExample)).toEqual([]);
    const read = readSourceFile(fullExample, environment);
    expect(read.ok && read.settings.connection).toMatchObject({ accessToken: environment.ACME_TOKEN });
    expect(read.ok && read.settings.inventory?.schedule).toEqual({ cron: '0 */4 * * *', timezone: 'UTC' });
  });

  it('may have variables within braces and brackets, quoted or not, and is stored with them as they were written', () => {
    const text = `name: a
connection: {type: api_token, storeHash: \${HASH}, accessToken: \${ACME_TOKEN}} # \${NONE}
notifications: [{ type: email, to: [\${OPS}, "\${OPS}"] }, { type: email, to: [x-\${OPS}] }]
inventory: {}
`;
    const read = readSourceFile(text, { ...environment, HASH: 'abc', OPS: 'ops@example.com' });
    expect(read).toMatchObject({ ok: true, document: text });
    expect(read.ok && read.settings).toMatchObject({
      connection: { storeHash: 'abc', accessToken: environment.ACME_TOKEN },
      notifications: [{ to: ['ops@example.com', 'ops@example.com'] }, { to: ['x-ops@example.com'] }],
    });
    const wrong = 'name: a\nconnection: { type: oauth, accessTokn: ${NONE}, storeHsh: ${NEITHER} }\ninventory: {}\n';
    expect(problemsOf(wrong).map(({ line, column }) => [line, column])).toEqual([28, 28, 49, 49].map((at) => [2, at]));
    expect(problemsOf('name: |${ACME_TOKEN}')[0]!.reason).toMatch(/: \|\$\{ACME_TOKEN\}$/);
  });

  it('may be JSON, and may leave nearly everything to the defaults', () => {
    const text = JSON.stringify({ name: 'a', connection: { type: 'oauth' }, inventory: {}, shipments: {} });
    const read = readSourceFile(text, {});
    expect(read.ok && read.settings.shipments).toMatchObject({ lookbackDays: 90, recheckDays: 14 });
    expect(read.ok && read.settings.inventory).toMatchObject({
      ...{ skipHidden: false, archiveMissing: false, pageSize: 250, untrackedQuantity: 0, unpurchasable: 'keep' },
      archiveGuard: { share: 0.2, minimum: 50, waitHours: 4 },
    });
  });

  it.each([
    'US/Eastern',
    'Etc/UTC',
    'EST',
    'GB-Eire',
    'EST5EDT',
    'W-SU',
    'Asia/Kolkata',
    'Asia/Calcutta',
    'GMT',
    'Zulu',
  ])('may have a schedule in the zone %s, also where it is an old name', (zone) => {
    expect(problemsOf(file(`shipments: { schedule: { cron: "0 0 * * *", timezone: ${zone} } }`))).toEqual([]);
  });

  it('may spell the zone of business hours as it likes: Temporal is not asked about them', () => {
    const hours = '{ timezone: america/new_york, weekly: { mon: ["09:00-17:00"] } }';
    expect(problemsOf(file(`fulfillment: { businessHours: ${hours} }`))).toEqual([]);
  });

  it('as init writes it is a good one', () => {
    const variables = { BIGCOMMERCE_STORE_HASH: 'abc', BIGCOMMERCE_ACCESS_TOKEN: 'token' };
    expect(problemsOf(firstSourceFile('acme'), variables)).toEqual([]);
  });

  it('has a JSON Schema that editors can use', () => {
    const schema = JSON.stringify(sourceJsonSchema());
    for (const key of ['archiveGuard', 'businessHours', 'mappingSets']) expect(schema).toContain(key);
  });
});

describe('a source file is refused with line, column and reason', () => {
  it.each<[string, string, number, number, string]>([
    ['an unknown key', file('inventory:\n  skipHiden: true'), 4, 3, 'is not a setting'],
    ['an unknown key at the top', file('inventry: {}'), 3, 1, 'is not a setting'],
    ['an impossible value', file('inventory:\n  pageSize: 251'), 4, 3, '250'],
    ['a wrong type', file('inventory:\n  skipHidden: "yes"'), 4, 3, 'boolean'],
    ['a share above one', file('inventory:\n  archiveGuard: { minimum: 5, share: 20 }'), 4, 31, '1'],
    ['four cron fields', file('inventory:\n  schedule: { cron: "0 0 * *" }'), 4, 15, 'five fields'],
    ['a cron hour of 25', file('inventory:\n  schedule: { cron: "0 25 * * *" }'), 4, 15, 'not a cron expression'],
    ['a last day of the month', file('inventory:\n  schedule: { cron: "0 0 L * *" }'), 4, 15, 'write L with'],
    ['a second Monday', file('inventory:\n  schedule: { cron: "0 0 * * 1#2" }'), 4, 15, 'write 1#2 with'],
    ['a list that does not end', file('inventory:\n  schedule: { cron: "0, 0 * * *" }'), 4, 15, ''],
    ['a schedule of seconds', file('inventory:\n  schedule: { every: 5s }'), 4, 15, 'at least a minute'],
    ['a schedule of ages', file('shipments:\n  schedule: { every: 99999999999d }'), 4, 15, 'at most 366d'],
    [
      'a zone that does not exist',
      file('inventory:\n  schedule: { cron: "0 0 * * *", timezone: Mars/Base }'),
      ...([4, 34, 'is not a time zone'] as const),
    ],
    ['a country by a code that is not its own', file('routing:\n  countries: [US, UK]'), 4, 19, 'write GB for UK'],
    ['a zone of offset', file('inventory:\n  schedule: { cron: "0 0 * * *", timezone: "+02:00" }'), 4, 34, 'time zone'],
    ['a missing variable', file('inventory: { mapping: { title: "${NOT_SET}" } }'), 3, 25, 'NOT_SET is not set'],
    ['a path that does not exist', file('inventory:\n  mapping:\n    title: nmae'), 5, 5, 'did you mean name?'],
    [
      'a rule that does not exist',
      file('inventory:\n  mapping:\n    price: { from: variants.price, rules: [{ rule: marcup }] }'),
      ...([5, 46, ''] as const),
    ],
    [
      'a rule that does not suit',
      file('inventory:\n  mapping:\n    title: { from: name, rules: [{ rule: cap, max: 1 }] }'),
      ...([5, 34, 'does not suit'] as const),
    ],
    [
      'hours that never open',
      file('fulfillment:\n  businessHours: { timezone: UTC, weekly: {} }'),
      4,
      35,
      'never open',
    ],
    [
      'hours without a window',
      file('fulfillment:\n  businessHours: { timezone: UTC, weekly: { mon: [] } }'),
      ...([4, 35, 'never open'] as const),
    ],
    [
      'a window that begins when the day ends',
      file('fulfillment:\n  businessHours: { timezone: UTC, weekly: { mon: ["24:00-24:00"] } }'),
      ...([4, 51, 'write a window'] as const),
    ],
    ['a name that is no id', 'name: Acme Supply\nconnection: { type: oauth }', 1, 1, 'small letters'],
    ['no name', 'connection: { type: oauth }', 1, 1, ''],
    ['a name that is too long', `name: ${'x'.repeat(300)}\nconnection: { type: oauth }`, 1, 1, 'at most 63 characters'],
    ['no document at all', '', 1, 1, 'the file is empty'],
    ['nothing but a comment', '# later', 1, 1, 'the file is empty'],
    ['a list', '- a\n- b', 1, 1, ''],
    ['an unknown connection', 'name: a\nconnection: { type: password }', 2, 15, ''],
    ['a notification without an address', file('notifications:\n  - type: slack\n'), 4, 5, ''],
    ['a tab for indentation', 'name: a\nconnection:\n\ttype: oauth', 3, 1, ''],
    ['a brace that is never closed', 'name: a\nconnection: { type: oauth', 2, 26, ''],
    ['a key that is there twice', 'name: a\nname: b\nconnection: { type: oauth }', 2, 1, 'unique'],
    ['two documents', 'name: a\n---\nname: b', 2, 1, ''],
    ['an alias to nothing', 'name: *nobody\nconnection: { type: oauth }', 1, 1, 'alias'],
  ])('for %s', (_name, text, line, column, reason) => {
    const [problem] = problemsOf(text);
    expect(problem).toMatchObject({ line, column });
    expect(problem!.reason.toLowerCase()).toContain(reason.toLowerCase());
  });

  it.each([
    '../abc',
    'abc/../def',
    'abc@evil.example',
    'abc%2fv2',
    'abc\\r\\nHost: evil',
    'abc\\n',
    'abc١٢',
    'store-abc',
    '',
  ])('for the store hash %j, whichever way it is connected', (hash) => {
    for (const type of ['api_token, accessToken: "${ACME_TOKEN}"', 'oauth']) {
      const problems = problemsOf(`name: a\nconnection: { type: ${type}, storeHash: "${hash}" }\ninventory: {}\n`);
      expect(problems.map(({ path }) => path)).toContain('connection.storeHash');
    }
  });

  it.each(['user:planted-password@', 'user@', ':planted-password@'])(
    'for a receiver that can never be posted to, with %s in its address, which is not quoted',
    (credentials) => {
      const url = `https://${credentials}ops.example.com/hook`;
      for (const type of ['webhook', 'slack']) {
        const problems = problemsOf(file(`notifications:\n  - type: ${type}\n    url: "${url}"`));
        const reason = expect.stringContaining('user name or a password');
        expect(problems).toEqual([{ line: 5, column: 5, path: 'notifications.0.url', reason }]);
        expect(JSON.stringify(problems)).not.toContain('planted');
      }
    },
  );

  it.each([
    ['america/new_york', 'America/New_York'],
    ['us/eastern', 'America/New_York'],
    ['utc', 'UTC'],
    ['PST', 'America/Los_Angeles'],
    ['JST', 'Asia/Tokyo'],
  ])('for a schedule in the zone %s, which Temporal does not take, with how to write it', (zone, spelling) => {
    const schedule = `schedule: { cron: "0 0 * * *", timezone: ${zone} }`;
    for (const section of ['inventory', 'fulfillment', 'shipments']) {
      const reason = `is not spelled as in the IANA database; write ${spelling}`;
      const problem = { line: 4, column: 34, path: `${section}.schedule.timezone`, reason };
      expect(problemsOf(file(`${section}:\n  ${schedule}`))).toEqual([problem]);
    }
  });

  it('for a bomb of aliases, without growing', () => {
    const names = 'abcdefghij';
    const levels = [...names].map((name, level) => {
      const inner = level === 0 ? '"x"' : `*${names[level - 1]}`;
      return `${name}: &${name} [${Array(10).fill(inner).join(', ')}]`;
    });
    expect(problemsOf(levels.join('\n'))[0]!.reason).toMatch(/alias/i);
  });

  it('for all of its problems at once, in the order of the file', () => {
    const text = [
      'name: Not A Name',
      'connection: { type: api_token, storeHash: "${HASH}", accessToken: "${TOKEN}" }',
      'inventory:',
      '  skipHiden: true',
      '  pageSize: 0',
      '  schedule: { cron: "never" }',
      '  mapping:',
      '    title: nmae',
      '    price: { from: variants.price, rules: [{ rule: roundTo99, ending: "x" }] }',
      'shipments: { lookbackDays: 0 }',
    ].join('\n');
    expect(problemsOf(text).map(({ line, path }) => `${line} ${path}`)).toEqual([
      '1 name',
      '2 connection.storeHash',
      '2 connection.accessToken',
      '4 inventory.skipHiden',
      '5 inventory.pageSize',
      '6 inventory.schedule.cron',
      '8 inventory.mapping.title',
      expect.stringMatching(/^9 inventory\.mapping\.price/),
      '10 shipments.lookbackDays',
    ]);
  });

  it('without ever quoting the value of a variable', () => {
    const text = 'name: "${SECRET}"\nconnection: { type: "${SECRET}" }\ninventory: { pageSize: "${SECRET}" }';
    expect(JSON.stringify(problemsOf(text, { SECRET: 'planted secret' }))).not.toContain('planted');
  });
});

describe('the text that is stored', () => {
  const stored = (text: string, variables = environment) => {
    const read = readSourceFile(text, variables);
    if (!read.ok) throw new Error(JSON.stringify(read.problems));
    return read.document;
  };

  it('keeps the name of a variable, not its value', () => {
    const withoutAddresses = fullExample.replace(/"https:[^"]*"/g, '"(stored encrypted)"');
    expect(withoutAddresses).not.toContain('hooks.slack.com');
    expect(stored(fullExample)).toBe(withoutAddresses);
  });

  it.each([
    ['plain', 'accessToken: literal-token-42'],
    ['quoted', 'accessToken: "literal-token-42"'],
    ['escaped', 'accessToken: "literal-\\x74oken-42"'],
    ['a block', 'accessToken: |-\n    literal-token-42'],
    ['with a note', 'accessToken: literal-token-42 # was literal-token-42 before'],
    ['half a variable', 'accessToken: literal-token-${SUFFIX}'],
    ['behind an alias', 'clientId: &t literal-token-42\n  accessToken: *t'],
  ])('never holds a literal token (%s)', (_name, line) => {
    const text = `# literal-token-42\nname: a\nconnection:\n  type: api_token\n  storeHash: abc\n  ${line}\ninventory: {}\n`;
    const document = stored(text, { ...environment, SUFFIX: '42' } as typeof environment);
    expect(document).not.toMatch(/literal-|token-42/);
    expect(document).toContain('inventory: {}');
  });
});
