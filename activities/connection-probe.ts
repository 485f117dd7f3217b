import { StoreError } from '../bigcommerce/failures.ts';
import { clearRefusal, listConnectionsToProbe, noteWoken } from '../database/connection-refusals.ts';
import { SecretUnreadable } from '../database/secrets.ts';
import { findSource } from '../database/sources.ts';
import { CONNECTION_CODES } from '../domain/failures.ts';
import { configuredJobs } from '../domain/scopes.ts';
import { ApplicationFailure } from '@temporalio/common';
import { testConnection } from './connection.ts';
import type { WorkerDependencies } from './dependencies.ts';
import { wakeSource } from './wake.ts';

/** Activities that find out whether a connection that was refused works again. */
export function connectionProbeActivities(deps: WorkerDependencies) {
  const { db, log } = deps;
  return {
    /** Sources whose connection was refused, or whose requests were not told that it works again, as far as they are due. */
    async listConnectionsToProbe(): Promise<string[]> {
      return listConnectionsToProbe(db, [...CONNECTION_CODES]);
    },

    /** Tests the connection of a source; where it works, everything that stood still goes on. Safe to repeat. */
    async probeConnection(name: string): Promise<{ works: boolean }> {
      const source = await findSource(db, name);
      if (!source || !(await works(source))) return { works: false };
      // In this order: what is woken finds nothing refused, and a wake-up that fails is made up for by the next probe.
      await clearRefusal(db, source.id);
      const at = new Date();
      await wakeSource(deps.temporal, name);
      await noteWoken(db, source.id, at);
      log.info({ source: name }, 'the connection works again');
      return { works: true };
    },
  };

  async function works(source: NonNullable<Awaited<ReturnType<typeof findSource>>>): Promise<boolean> {
    try {
      return (await testConnection(deps, source, configuredJobs(source.settings))).ok;
    } catch (error) {
      // The store refuses it still, or does not answer: it is tried again.
      const isKnown = error instanceof StoreError || error instanceof SecretUnreadable;
      if (isKnown || error instanceof ApplicationFailure) return false;
      throw error;
    }
  }
}
