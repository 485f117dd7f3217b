import type { z } from 'zod';
import { STANDARD_QUOTA, UNLIMITED_QUOTA, type QuotaSettings } from '../http/quota.ts';
import type { Store } from '../store.ts';
import type { ControlEndpoints } from './endpoint.ts';
import { churnSchema, faultsSchema, latencySchema, quotaSchema, secondAppSchema } from './schemas.ts';

/** Control of what makes a store hard to talk to: quota, other apps, latency, faults and a catalogue that moves. */
export function limitsControl(endpoints: ControlEndpoints): void {
  endpoints.write('PUT', '/quota', quotaSchema, ({ store, body }) => {
    store.quota.settings = quotaFrom(store, body);
    store.quota.restart();
    return store.quota.settings;
  });
  endpoints.write('PUT', '/second-app', secondAppSchema, ({ store, body }) => {
    store.quota.secondApp = body;
    return body;
  });
  endpoints.write('PUT', '/latency', latencySchema, ({ store, body }) => {
    store.latency = body;
    return body;
  });
  endpoints.get('/faults', ({ store }) => ({ faults: store.faults.list() }));
  endpoints.write('PUT', '/faults', faultsSchema, ({ store, body }) => {
    store.faults.replace(body);
    return { faults: store.faults.list() };
  });
  endpoints.write('POST', '/faults', faultsSchema, ({ store, body }) => {
    store.faults.add(body);
    return { faults: store.faults.list() };
  });
  endpoints.delete('/faults', ({ store }) => store.faults.replace([]));
  endpoints.get('/churn', ({ store }) => ({ settings: store.churn.settings ?? null, rounds: store.churn.rounds }));
  endpoints.write('POST', '/churn', churnSchema, ({ store, body }) => {
    store.churn.start(body);
    return body;
  });
  endpoints.delete('/churn', ({ store }) => store.churn.stop());
}

/** Reads a quota; what is left out stays as it is, or as the preset has it. */
export function quotaFrom(store: Store, body: z.infer<typeof quotaSchema>): QuotaSettings {
  const presets = { standard: STANDARD_QUOTA, none: UNLIMITED_QUOTA };
  const present = body.preset === undefined ? store.quota.settings : presets[body.preset];
  const { limit = present.limit, windowMs = present.windowMs, headers = present.headers } = body;
  return { limit, windowMs, headers };
}
