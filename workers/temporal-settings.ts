import { loadClientConnectConfig } from '@temporalio/envconfig';

/** The settings of the connection to Temporal name something that cannot be used. */
export class TemporalSettingsError extends Error {
  override readonly name = 'TemporalSettingsError';
}

/** Address, namespace, TLS and API key as `TEMPORAL_*` and Temporal's own configuration file say. Throws TemporalSettingsError. */
export function readTemporalSettings() {
  try {
    const { namespace = 'default', connectionOptions } = loadClientConnectConfig();
    return { namespace, connectionOptions, address: connectionOptions.address ?? '127.0.0.1:7233' };
  } catch (error) {
    throw new TemporalSettingsError(`The settings of Temporal cannot be used: ${(error as Error).message}.`, {
      cause: error,
    });
  }
}
