import { describe, expect, it } from '@jest/globals';
import { violations } from './fire/checker.ts';
import type { Evidence, ShopEvidence, StoredRequest } from './fire/checker.ts';
import type { StoredItem } from './feed.ts';

const minute = (minutes: number) => new Date(Date.UTC(2026, 0, 1, 12, minutes));

const item = (sku: string, quantity = 5, isArchived = false): StoredItem => ({
  item: { sku, productId: 1, quantity },
  isArchived,
});
const request = (number: string, orderId: number, other: Partial<StoredRequest> = {}): StoredRequest => ({
  ...{ number, orderId, processing: 'acknowledged', shipping: 'shipped', reason: null, flags: [] },
  ...other,
});

/** Two requests, two items, three imports, and all as it should be. */
const SOUND: ShopEvidence = {
  name: 'fire-0',
  numbers: ['F-1', 'F-2'],
  requests: [request('F-1', 101), request('F-2', 102)],
  orders: [
    { orderId: 101, externalOrderId: 'F-1' },
    { orderId: 102, externalOrderId: 'F-2' },
  ],
  parcels: { store: ['101 1 1Z1', '102 2 1Z2'], stored: ['102 2 1Z2', '101 1 1Z1'] },
  feed: new Map(['A', 'B'].map((sku) => [sku, item(sku).item])),
  items: [item('A'), item('B')],
  archivings: [],
  changes: [{ skus: ['A', 'B'], at: minute(2) }],
  writtenAt: new Map(['A', 'B'].map((sku) => [sku, minute(4)])),
  imports: [
    { run: 'i-1', startedAt: minute(1), finishedAt: minute(3) },
    { run: 'i-3', startedAt: minute(5), finishedAt: minute(7) },
    { run: 'i-2', startedAt: minute(3), finishedAt: minute(5) },
  ],
};

const CALM: Evidence = {
  shops: [SOUND],
  runs: [{ id: 'i-1', workflow: 'inventory:fire-0', status: 'completed', reason: null }],
  leases: [],
  toldRuns: new Set(['i-1']),
  events: { answered: ['e-1'], kept: new Set(['e-1', 'e-2']) },
  workflows: [
    { id: 'fr:fire-0:F-1', status: 'COMPLETED', failedTasks: ['UnhandledCommand'] },
    { id: 'maintenance-2026', status: 'RUNNING', failedTasks: [] },
    { id: 'inventory:fire-0', status: 'FAILED', failedTasks: [] },
  ],
  places: { 'worker-1': 'worker ready', commands: 'fr submit' },
  secrets: ['Featherstone'],
};

const inShop = (other: Partial<ShopEvidence>): Evidence => ({ ...CALM, shops: [{ ...SOUND, ...other }] });
const [first, second] = SOUND.requests as [StoredRequest, StoredRequest];
const run = { id: 'i-1', workflow: 'inventory:fire-0', status: 'failed', reason: 'store_unavailable' };
const workflow = { id: 'fr:fire-0:F-1', status: 'COMPLETED', failedTasks: [] };

const PLANTED: [what: string, evidence: Evidence, lines: string[]][] = [
  [
    'a second order for a number',
    inShop({ orders: [...SOUND.orders, { orderId: 103, externalOrderId: 'F-1' }] }),
    ['F-1 made 2 orders: 101, 103'],
  ],
  ['no order for a number', inShop({ orders: SOUND.orders.slice(1) }), ['F-1 made 0 orders: ']],
  [
    'an order of nobody',
    inShop({ orders: [...SOUND.orders, { orderId: 103, externalOrderId: 'G-1' }] }),
    ['the store has an order G-1 of nobody'],
  ],
  ['a request that is lost', inShop({ requests: [second] }), ['F-1 was taken in and is not in Postgres']],
  [
    'a request that failed',
    inShop({ requests: [{ ...first, processing: 'failed', reason: 'address_rejected' }, second] }),
    ['F-1 is failed: address_rejected'],
  ],
  [
    'a request that does not know its parcel',
    inShop({ requests: [{ ...first, shipping: 'open' }, second] }),
    ['F-1 was packed and is open'],
  ],
  [
    'a request that names another order',
    inShop({ requests: [{ ...first, orderId: 102 }, second] }),
    ['F-1 names order 102, the store has 101'],
  ],
  [
    'a request that somebody should look at',
    inShop({ requests: [{ ...first, flags: ['lines_differ'] }, second] }),
    ['F-1 is flagged: lines_differ'],
  ],
  [
    'another tracking number',
    inShop({ parcels: { ...SOUND.parcels, stored: ['101 1 1Z1', '102 2 1ZX'] } }),
    ['fire-0 lacks the shipment 102 2 1Z2', 'fire-0 has a shipment 102 2 1ZX of nobody'],
  ],
  [
    'a shipment that is missing',
    inShop({ parcels: { ...SOUND.parcels, stored: ['101 1 1Z1'] } }),
    ['fire-0 lacks the shipment 102 2 1Z2'],
  ],
  [
    'an item that was archived',
    inShop({ items: [item('A'), item('B', 0, true)], archivings: [{ run: 'i-1', archived: 1 }] }),
    ['fire-0: B is archived, but the store has it', 'run i-1 of fire-0 archived 1 items'],
  ],
  ['an item that is missing', inShop({ items: [item('A')] }), ['fire-0: B is missing']],
  [
    'an item of nobody',
    inShop({ items: [...SOUND.items, item('C')] }),
    ['fire-0: C lives, but the store does not have it'],
  ],
  [
    'an item with other stock',
    inShop({ items: [item('A'), item('B', 6)] }),
    [`fire-0: ${JSON.stringify(item('B', 6).item)} should be ${JSON.stringify(item('B').item)}`],
  ],
  [
    'a completed import that had not written what was there when it began',
    inShop({ writtenAt: new Map([...SOUND.writtenAt, ['B', minute(6)]]) }),
    ['import i-2 of fire-0 was completed without the stock of B'],
  ],
  [
    'an item that no import ever wrote',
    inShop({ writtenAt: new Map([['A', minute(4)]]) }),
    ['import i-2 of fire-0 was completed without the stock of B'],
  ],
  [
    'no import after a change',
    inShop({ imports: SOUND.imports.slice(0, 1) }),
    ['no import of fire-0 was completed after the stock of A, B had changed'],
  ],
  [
    'a run that is left open',
    { ...CALM, runs: [{ ...run, status: 'running' }] },
    ['run i-1 of inventory:fire-0 is still running'],
  ],
  [
    'a run that nobody was told of',
    { ...CALM, runs: [run], toldRuns: new Set() },
    ['nobody was told of run i-1 of inventory:fire-0: failed store_unavailable'],
  ],
  ['a lease that is left', { ...CALM, leases: ['send:fire-0'] }, ['send:fire-0 still holds its lease']],
  [
    'an event that was taken and not kept',
    { ...CALM, events: { answered: ['e-1', 'e-9'], kept: new Set(['e-1']) } },
    ['event e-9 was taken and is not in Postgres'],
  ],
  ...['FAILED', 'TERMINATED', 'TIMED_OUT'].map((status): [string, Evidence, string[]] => [
    `a workflow of a request that is ${status}`,
    { ...CALM, workflows: [{ ...workflow, status }] },
    [`workflow fr:fire-0:F-1 is ${status}`],
  ]),
  [
    'a workflow that still runs',
    { ...CALM, workflows: [{ ...workflow, status: 'RUNNING' }] },
    ['workflow fr:fire-0:F-1 still runs'],
  ],
  [
    'a decision that failed',
    { ...CALM, workflows: [{ ...workflow, failedTasks: ['Nondeterminism error'] }] },
    ['fr:fire-0:F-1: Nondeterminism error'],
  ],
  [
    "a person's data in a history",
    { ...CALM, places: { ...CALM.places, 'fr:fire-0:F-1': 'to\nCanarina Featherstone\nat' } },
    ['fr:fire-0:F-1: Canarina Featherstone'],
  ],
  [
    "a person's data as bytes",
    { ...CALM, places: { ...CALM.places, serve: Buffer.from('Featherstone').toString('base64') } },
    [`serve: ${Buffer.from('Featherstone').toString('base64')}`],
  ],
  [
    'a place that was not looked into',
    { ...CALM, places: { ...CALM.places, front: ' \n' } },
    ['nothing was found to look through in front'],
  ],
];

describe('the checker of the fire', () => {
  it('says nothing where every promise was kept', () => {
    expect(violations(CALM)).toEqual([]);
  });

  it.each(PLANTED)('finds %s, and says nothing else', (_what, evidence, lines) => {
    expect(violations(evidence)).toEqual(lines);
  });
});
