import { startTestServers, type TestServers } from '../../local/test-servers.ts';
import { startClusterServers } from './cluster-servers.ts';
import { prepareTemplate } from './database.ts';
import { isOnCluster } from './form.ts';
import { prepareNamespaces } from './namespaces.ts';

declare global {
  var testServers: TestServers | undefined;
}

/** Starts one throw-away Postgres and one Temporal, on request a cluster, for the whole run; tests find them in the environment. */
export default async function setup(): Promise<void> {
  const servers = await (isOnCluster ? startClusterServers() : startTestServers());
  globalThis.testServers = servers;
  process.env.TEST_POSTGRES_URL = servers.postgresUrl;
  process.env.TEST_TEMPORAL_ADDRESS = servers.temporalAddress;
  process.env.TEST_TEMPORAL_CLI = servers.temporalCli;
  await prepareTemplate();
  await prepareNamespaces(servers.temporalNamespaces);
}
