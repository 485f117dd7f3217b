import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { findSource } from '../../database/sources.ts';
import { listRuns } from '../../database/runs.ts';
import type { JobRun } from '../../database/runs.ts';
import { firstSourceFile } from '../../domain/source/first-file.ts';
import { describeHome } from '../../local/home.ts';
import { identify } from '../../local/processes.ts';
import { EMPTY_STATE } from '../../local/state.ts';
import { openTemporal } from '../helpers/temporal.ts';
import { runCommand } from '../helpers/processes.ts';
import type { TestSystem } from '../helpers/system.ts';
import { waitFor } from '../helpers/wait.ts';

const SOURCE = 'acme-supply';
const PRODUCTS = 150;
/** So few that the guard asks before the rest is archived. */
const FEW_PRODUCTS = 60;

/** What the commands of a page find when a reader comes to them. */
export interface Scene {
  folder: string;
  environment: Record<string, string>;
  /** The newest run. */
  run(): Promise<JobRun | undefined>;
  before(command: string): Promise<void>;
  after(command: string): Promise<void>;
}

/** Makes `bcsource status` and `bcsource simulator` find the parts of a test system as if `bcsource dev` had started them. */
async function pretendStack(system: TestSystem): Promise<void> {
  const port = (url: string) => Number(new URL(url.includes('://') ? url : `tcp://${url}`).port);
  const [postgres, temporal] = [
    port(system.environment['DATABASE_URL']!),
    port(system.environment['TEMPORAL_ADDRESS']!),
  ];
  const state = {
    ...EMPTY_STATE,
    ...{ supervisor: identify(process.pid, null), isReady: true, simulatorUrl: system.simulator.url },
    ports: { postgres, temporal, temporalUi: temporal, simulator: port(system.simulator.url) },
  };
  await writeFile(describeHome(system.environment['BCSOURCE_HOME']!).stateFile, JSON.stringify(state));
}

/** The documents that pages speak of: requests that can be sent, as JSON and CSV, and an order that can be routed. */
async function writeDocuments(system: TestSystem, folder: string): Promise<void> {
  const { sku } = await system.database.db
    .selectFrom('inventory_items')
    .select('sku')
    .where('quantity', '>', 20)
    .orderBy('sku')
    .executeTakeFirstOrThrow();
  const address = {
    ...{ firstName: 'Jane', lastName: 'Doe', address1: '555 East Street', city: 'Austin', stateCode: 'TX' },
    ...{ postalCode: '78108', countryCode: 'US', email: 'jane@example.com', phone: '5550100' },
  };
  const order = { billingAddress: address, shippingAddress: address, lines: [{ id: '1', sku, quantity: 1 }] };
  const request = { number: 'PO-1001', source: SOURCE, ...order };
  const fields = Object.keys(address);
  const head = [
    'number',
    'source',
    ...['billing', 'shipping'].flatMap((of) => fields.map((field) => `${of}Address.${field}`)),
  ];
  const row = ['PO-1002', SOURCE, ...Object.values(address), ...Object.values(address)];
  const csv = [
    [...head, 'sku', 'quantity'],
    [...row, sku, '1'],
  ];
  await writeFile(join(folder, 'requests.json'), JSON.stringify(request));
  await writeFile(join(folder, 'requests.csv'), csv.map((cells) => cells.join(',')).join('\n'));
  await writeFile(join(folder, 'order.json'), JSON.stringify({ number: 'SO-1', ...order }));
}

/** A store with its whole catalogue, imported, and a folder with the documents that pages speak of. */
export async function openScene(system: TestSystem): Promise<Scene> {
  await pretendStack(system);
  const folder = await mkdtemp(join(tmpdir(), 'bcsource-docs-'));
  const environment = {
    ...system.environment,
    ...{ BIGCOMMERCE_STORE_HASH: 'demo', BIGCOMMERCE_ACCESS_TOKEN: 'demo-token' },
  };
  const control = system.simulator.control;

  async function run(): Promise<JobRun | undefined> {
    const source = await findSource(system.database.db, SOURCE);
    return source && (await listRuns(system.database.db, { sourceId: source.id, limit: 1 }))[0];
  }

  async function cli(args: string[], input?: string): Promise<void> {
    const { exitCode, stdout, stderr } = await runCommand(args, environment, input);
    if (exitCode !== 0 && exitCode !== 6) throw new Error(`${args.join(' ')}: ${exitCode} ${stdout}${stderr}`);
  }

  async function isWorkflowOpen(): Promise<boolean> {
    const client = await openTemporal(system.environment);
    try {
      const { status } = await client.workflow.getHandle(`inventory:${SOURCE}`).describe();
      return status.name === 'RUNNING';
    } catch {
      return false;
    } finally {
      await client.connection.close();
    }
  }

  async function becomeIdle(): Promise<void> {
    if ((await run())?.status === 'waiting_for_approval') await cli(['inventory', 'reject', SOURCE]);
    await waitFor(
      'the last run to be over',
      async () => (await run())?.status !== 'running' && !(await isWorkflowOpen()),
    );
  }

  async function fillPool(): Promise<void> {
    await cli(['source', 'apply', '-'], firstSourceFile(SOURCE));
    await becomeIdle();
    await control('PUT', 'catalogue', { products: PRODUCTS });
    await cli(['inventory', 'import', SOURCE, '--wait']);
    await becomeIdle();
  }

  async function waitForApproval(): Promise<void> {
    if ((await run())?.status === 'waiting_for_approval') return;
    await fillPool();
    await control('PUT', 'catalogue', { products: FEW_PRODUCTS });
    await cli(['inventory', 'import', SOURCE, '--wait']);
  }

  async function startSlowRun(): Promise<void> {
    await becomeIdle();
    await control('POST', 'faults', { kind: 'delay', path: '/v3/catalog/products', delayMs: 3000 });
    await cli(['inventory', 'import', SOURCE]);
    await waitFor('a run to be under way', async () => (await run())?.status === 'running');
  }

  await control('POST', 'reset');
  for (const moving of ['faults', 'churn']) await control('DELETE', moving);
  await fillPool();
  await writeDocuments(system, folder);
  return {
    folder,
    environment,
    run,
    async before(command) {
      if (/runs cancel/.test(command)) await startSlowRun();
      else if (/inventory (approve|reject)/.test(command)) await waitForApproval();
      else if (/inventory import|schedule trigger|source remove/.test(command)) await becomeIdle();
    },
    async after(command) {
      if (/inventory (approve|reject)/.test(command) && !/--show/.test(command)) {
        // The command answers when the run has heard the decision; its record follows.
        await waitFor('the decision to be carried out', async () => (await run())?.finishedAt);
      } else if (/runs cancel/.test(command)) {
        await control('DELETE', 'faults');
        await becomeIdle();
      } else if (/schedule trigger/.test(command)) {
        const isOver = async () => ((found) => found?.trigger === 'schedule' && found.finishedAt)(await run());
        await waitFor('the triggered run to be over', isOver);
      } else if (/source remove/.test(command)) await fillPool();
      else if (/inventory import/.test(command) && !/--wait/.test(command)) {
        await waitFor('the started run to be over', async () => (await run())?.finishedAt && !(await isWorkflowOpen()));
      }
    },
  };
}
