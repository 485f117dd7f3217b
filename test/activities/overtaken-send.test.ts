import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { WorkerDependencies } from '../../activities/dependencies.ts';
import { frDeskActivities } from '../../activities/fr-desk.ts';
import { changeRequest } from '../../database/fr-changes.ts';
import { listEvents, loadRequest } from '../../database/fulfillment-requests.ts';
import { startSenders } from '../helpers/senders.ts';
import type { Senders } from '../helpers/senders.ts';
import { ordersMade } from '../helpers/sending.ts';

const HOUR_MS = 3_600_000;

describe('a send whose request was held', () => {
  let senders: Senders;
  let number = 0;
  let id: number;

  beforeAll(async () => {
    senders = await startSenders();
  });
  afterAll(() => senders.stop());
  beforeEach(async () => {
    id = await senders.accept(`HELD-${++number}`);
  });

  async function hold(): Promise<void> {
    const holdUntil = new Date(Date.now() + HOUR_MS);
    await changeRequest(senders.database.db, id, { holdUntil, explanation: 'On hold.', nextStepAt: holdUntil });
  }

  async function expectOnHold(): Promise<void> {
    const { db } = senders.database;
    expect(await loadRequest(db, id)).toMatchObject({ processing: 'processing', explanation: 'On hold.' });
    expect((await listEvents(db, id)).map(({ event }) => event)).toEqual(['accepted']);
    expect(await ordersMade(senders.simulator, `HELD-${number}`)).toEqual([]);
  }

  it('before it began asks the store for nothing', async () => {
    const { simulator, worker } = senders;
    const asked = async () =>
      (await simulator.control<{ requests: unknown[] }>('GET', 'ledger/requests')).requests.length;
    const before = await asked();
    await hold();
    expect(await worker(simulator.url).send(id)).toMatchObject({ waitMs: 1000 });
    expect(await asked()).toBe(before);
    await expectOnHold();
  });

  it.each([
    ['posts nothing', undefined],
    ['is not put off by a store that is away', { kind: 'status', status: 503, method: 'GET' }],
    ['is not failed by a store that refuses', { kind: 'status', status: 400, method: 'GET' }],
  ])('while it went on %s', async (_, fault) => {
    const { gate, simulator, worker } = senders;
    const held = gate.hold({ method: 'GET', text: '/v3/catalog/variants', when: 'before' });
    const sending = worker(gate.url).send(id);
    await held.arrived();
    await hold();
    await simulator.control('PUT', 'faults', fault ? [fault] : []);
    held.release();
    await sending;
    await simulator.control('PUT', 'faults', []);
    await expectOnHold();
  });

  it('until the same instant as before its release posts nothing', async () => {
    const { database, gate, simulator, worker } = senders;
    const desk = frDeskActivities({ db: database.db } as WorkerDependencies);
    const until = new Date(Date.now() + HOUR_MS).toISOString();
    const say = (kind: 'hold' | 'release') =>
      desk.applyMessage(id, kind === 'hold' ? { kind, until } : { kind }, 'cli', new Date().toISOString(), true);
    await say('hold');
    await say('release');
    const held = gate.hold({ method: 'GET', text: '/v3/catalog/variants', when: 'before' });
    const sending = worker(gate.url).send(id);
    await held.arrived();
    expect(await say('hold')).toMatchObject({ answer: `HELD-${number} is held until ${until}.`, refused: false });
    held.release();
    await sending;
    expect(await loadRequest(database.db, id)).toMatchObject({ processing: 'processing', skipsWaits: false });
    expect(await ordersMade(simulator, `HELD-${number}`)).toEqual([]);
  });

  it('while it went on is not failed by what its checks found', async () => {
    const { gate, simulator, worker } = senders;
    const { ids } = await simulator.control<{ ids: number[] }>('GET', 'products');
    const other = worker(gate.url);
    const offer = (availability: string) => simulator.control('PATCH', `products/${ids[0]}`, { availability });
    const held = gate.hold({ method: 'GET', text: '/v3/catalog/products', when: 'before' });
    const sending = other.send(id);
    await held.arrived();
    await hold();
    await offer('disabled');
    held.release();
    await sending;
    await offer('available');
    await expectOnHold();
  });
});
