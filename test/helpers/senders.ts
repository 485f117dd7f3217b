import { randomBytes } from 'node:crypto';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createCatalogLookups } from '../../activities/catalog-lookup.ts';
import type { WorkerDependencies } from '../../activities/dependencies.ts';
import { frOutcomeActivities } from '../../activities/fr-outcome.ts';
import type { Look } from '../../activities/fr-outcome.ts';
import type { Sent } from '../../activities/fr-scene.ts';
import { frSendActivities } from '../../activities/fr-send.ts';
import type { FrView } from '../../activities/fr-view.ts';
import { createGovernors } from '../../bigcommerce/governors.ts';
import { saveCredential } from '../../database/credentials.ts';
import { acceptMany } from '../../database/fr-intake.ts';
import { createSecretBox } from '../../database/secrets.ts';
import { saveSource } from '../../database/sources.ts';
import { frDocumentSchema } from '../../domain/fulfillment/document.ts';
import { fulfillmentSchema } from '../../domain/source/fulfillment.ts';
import { createTestDatabase } from './database.ts';
import { startGate } from './gate.ts';
import { plentifulSkus, requestFor } from './sending.ts';
import { startSimulator } from './simulator.ts';

export type Senders = Awaited<ReturnType<typeof startSenders>>;

/** The activities of sending, without Temporal: a source of a simulated store, which can also be asked through a gate. */
export async function startSenders() {
  const [database, simulator] = await Promise.all([
    createTestDatabase(),
    startSimulator(['--preset', 'bulk', '--products', '3']),
  ]);
  const gate = await startGate(simulator.url);
  const [sku = ''] = await plentifulSkus(simulator, 1);
  const secrets = createSecretBox(randomBytes(32).toString('base64'));
  const unknownOutcome = { firstLookSeconds: 0.01, resendAfterSeconds: 1, giveUpMinutes: 10 };
  const fulfillment = fulfillmentSchema.parse({ autoSend: true, unknownOutcome });
  const draft = { name: 'acme', storeHash: 'demo', connectionType: 'api_token' as const, document: '' };
  const credential = { clientId: null, accessToken: 'demo-token' };
  const apply = (changes: Partial<typeof fulfillment> = {}) => {
    const settings = { fulfillment: { ...fulfillment, ...changes } };
    return saveSource(database.db, { ...draft, settings }, (trx, id) => saveCredential(trx, secrets, id, credential));
  };
  const { id: sourceId } = await apply();
  return {
    ...{ database, simulator, gate },
    /** Applies the source anew, with these of its fulfillment settings changed. */
    apply,

    /** What a worker of its own does, which asks the store at `apiUrl`. */
    worker(apiUrl: string) {
      const shared = {
        db: database.db,
        secrets,
        apiUrl,
        governors: createGovernors(),
        catalogs: createCatalogLookups(),
      };
      const deps = { ...shared, rememberSecret: () => undefined } as unknown as WorkerDependencies;
      const run = <T>(activity: () => Promise<T>, attempt = 1) =>
        new MockActivityEnvironment({ attempt }).run(activity) as Promise<T>;
      const now = (laterMs = 0) => new Date(Date.now() + laterMs).toISOString();
      return {
        governor: shared.governors('demo'),
        send: (id: number, at = now()): Promise<Sent> => run(() => frSendActivities(deps).sendRequest(id, at)),
        check: (id: number): Promise<FrView> => run(() => frSendActivities(deps).checkRequest(id)),
        look: (id: number, laterMs = 0): Promise<Look> =>
          run(() => frOutcomeActivities(deps).lookForOrder(id, now(laterMs), true)),
      };
    },

    /** Takes a request in, with these fields of its addresses; answers its id. */
    async accept(number: string, address: Parameters<typeof requestFor>[3] = {}): Promise<number> {
      const document = frDocumentSchema.parse(requestFor('acme', number, sku, address));
      const source = { id: sourceId, autoSend: true };
      const [fr] = await acceptMany(database.db, [{ source, document, autoSend: true, now: new Date() }]);
      return (fr as { id: number }).id;
    },

    async stop(): Promise<void> {
      await gate.stop();
      await simulator.stop();
      await database.drop();
    },
  };
}
