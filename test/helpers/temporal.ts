import { Client, Connection } from '@temporalio/client';

/** A client of the namespace that this environment names, for what a test does to workflows besides the command line. */
export async function openTemporal(environment: Record<string, string>): Promise<Client> {
  const connection = await Connection.connect({ address: environment['TEMPORAL_ADDRESS']! });
  return new Client({ connection, namespace: environment['TEMPORAL_NAMESPACE']! });
}
