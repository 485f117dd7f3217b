import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { itInLong } from '../helpers/it-in-long.ts';
import type { CommandResult } from '../helpers/processes.ts';
import { startSystem } from '../helpers/system.ts';
import type { TestSystem } from '../helpers/system.ts';
import { leaksIn } from './leaks.ts';
import { dumpOf, temporalOf } from './places.ts';
import { PERSON, liveThrough, sourceOfRequests } from './request-life.ts';
import { sourceOf } from './runs.ts';

const TOKEN = 'canary4token7b1f0c9e';
const STREET = '77 Canary Street';
const EMAIL = 'canary.person@example.com';
const SECRETS = [TOKEN, STREET, EMAIL];

describe('a planted token and a planted address', () => {
  let system: TestSystem;
  let said = '';
  const logs: string[] = [];

  async function run(args: string[], input?: string): Promise<CommandResult> {
    const result = await system.cli(args, input);
    said += `${args.join(' ')}\n${result.stdout}\n${result.stderr}\n`;
    return result;
  }
  const cli = async (args: string[], input?: string) => (await run(args, input)).exitCode;

  async function plant(path: string, body: object): Promise<void> {
    const headers = { 'x-auth-token': 'demo-token', 'content-type': 'application/json' };
    const url = `${system.simulator.url}/stores/demo/${path}`;
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  }

  beforeAll(async () => {
    system = await startSystem(['--preset', 'shop', '--products', '60']);
    await system.worker.stop();
    logs.push(system.worker.output());
    system.environment['BCSOURCE_LOG_LEVEL'] = 'debug';
    await system.startWorker();
    const { tokens } = await system.simulator.control<{ tokens: Record<string, string[]> }>('GET', 'state');
    await system.simulator.control('PUT', 'tokens', { tokens: { [TOKEN]: tokens['demo-token'] } });
    const person = { first_name: 'Canary', last_name: 'Person' };
    const address = {
      ...person,
      country_code: 'US',
      address1: STREET,
      city: 'Austin',
      state_or_province: 'Texas',
      postal_code: '78701',
    };
    await plant('v3/customers', [{ ...person, email: EMAIL, addresses: [address] }]);
    const billing = { ...person, street_1: STREET, city: 'Austin', state: 'Texas', zip: '78701', country_iso2: 'US' };
    const line = { name: 'A thing', quantity: 1, price_inc_tax: 1, price_ex_tax: 1 };
    await plant('v2/orders', { billing_address: { ...billing, email: EMAIL }, products: [line] });
  });
  afterAll(() => system.stop());

  itInLong(
    'are nowhere after a life of requests: sent, refused, failed, unknown, canceled, shipped',
    async () => {
      expect(await cli(['source', 'apply', '-'], sourceOfRequests('nest', TOKEN))).toBe(0);
      await liveThrough({ source: 'nest', system, run });
      const places = {
        temporal: await temporalOf(system.environment),
        log: [...logs, system.worker.output()].join('\n'),
        commands: said,
      };
      // Each place was really looked into, and what a workflow shows of itself too.
      const words = ['fulfillmentRequest', 'cancelOrder', 'syncShipments', 'BcFrState', 'currentDetails: Failed ('];
      expect(words.filter((word) => !places.temporal.includes(word))).toEqual([]);
      expect(Object.keys(places).filter((place) => !places[place as keyof typeof places].includes('nest'))).toEqual([]);
      expect(leaksIn(places, [TOKEN, ...Object.values(PERSON)])).toEqual([]);
      expect(leaksIn({ database: await dumpOf(system.database.db) }, [TOKEN])).toEqual([]);
    },
    120_000,
  );

  it('are nowhere after a life of a source: applied, refused, imported, shown, its token refused', async () => {
    const file = sourceOf('canary', 'demo', 'pageSize: 20, schedule: { every: 24h }', TOKEN);
    expect(await cli(['source', 'apply', '-', '--json'], file.replace('pageSize', 'pagesize'))).toBe(2);
    expect(await cli(['source', 'apply', '-'], file.replace('accessToken: ', 'accessToken '))).toBe(2);
    expect(await cli(['source', 'apply', '-', '--json'], file.replace(TOKEN, `[${TOKEN}]`))).toBe(2);
    expect(await cli(['source', 'apply', '-'], file.replace(TOKEN, `*${TOKEN}`))).toBe(2);
    expect(await cli(['source', 'apply', '-'], file.replace(TOKEN, `"${TOKEN}`))).toBe(2);
    expect(await cli(['source', 'apply', '-', '--json'], `# was ${TOKEN}\n${file}`)).toBe(0);
    const anchored = file
      .replace('accessToken:', `clientId: &token ${TOKEN}, accessToken:`)
      .replace(`: ${TOKEN} }`, ': *token }');
    expect(await cli(['source', 'apply', '-', '--json'], anchored)).toBe(0);
    expect(await cli(['source', 'apply', '-', '--json'], file)).toBe(0);
    for (const args of ['test canary', 'test canary --json', 'show canary --json', 'show canary --diff 1']) {
      expect(await cli(['source', ...args.split(' ')])).toBe(0);
    }
    expect(await cli(['inventory', 'import', 'canary', '--wait'])).toBe(0);
    expect(await cli(['inventory', 'preview', 'canary', '--json'])).toBe(0);
    expect(await cli(['inventory', 'export', 'canary', '--json'])).toBe(0);
    expect(await cli(['runs', 'list', '--json'])).toBe(0);

    // A store that quotes the token when it refuses it, and one that just refuses it.
    const refusal = { kind: 'status', status: 401, body: JSON.stringify({ title: `Unknown token ${TOKEN}` }) };
    await system.simulator.control('PUT', 'faults', [refusal]);
    expect(await cli(['inventory', 'import', 'canary', '--wait', '--json'])).toBe(4);
    await system.simulator.control('PUT', 'faults', []);
    await system.simulator.control('PUT', 'tokens', { revoke: [TOKEN] });
    expect(await cli(['inventory', 'import', 'canary', '--wait'])).toBe(4);
    expect(await cli(['source', 'test', 'canary', '--json'])).toBe(4);
    expect(await cli(['runs', 'list'])).toBe(0);

    const places = {
      histories: await temporalOf(system.environment),
      database: await dumpOf(system.database.db),
      log: [...logs, system.worker.output()].join('\n'),
      commands: said,
    };
    // Each place was really looked into.
    expect(places.histories).toContain('importInventory');
    for (const text of Object.values(places)) expect(text).toMatch(/canary/);
    expect(places.log).toContain('credential_refused');
    expect(leaksIn(places, SECRETS)).toEqual([]);
  }, 120_000);
});
