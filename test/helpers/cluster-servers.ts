import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { type Cluster, startCluster } from '../../local/cluster/cluster.ts';
import { ensureNamespace } from '../../local/namespace.ts';
import { registerSearchAttributes } from '../../local/search-attributes.ts';
import { findTemporalCli } from '../../local/temporal-cli.ts';
import type { TestServers } from '../../local/test-servers.ts';

const NAMESPACES = Array.from({ length: 40 }, (_, index) => `test-${index + 1}`);

const onProgress = (message: string) => void process.stderr.write(`${message}\n`);

/** A cluster in a temporary folder, and its end. `dynamic` is of the servers' dynamic configuration. */
export async function startOwnCluster(
  dynamic: Readonly<Record<string, unknown>> = {},
): Promise<{ folder: string; cluster: Cluster; stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'bcsource-cluster-'));
  // The user that Postgres runs as has to pass through.
  await chmod(folder, 0o711);
  const cluster = await startCluster({ folder, dynamic, onProgress });
  const stop = async () => {
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  };
  return { folder, cluster, stop };
}

/** What tests of the development server need, by a Temporal of two processes on Postgres instead. */
export async function startClusterServers(): Promise<TestServers> {
  const cli = await findTemporalCli({ onProgress });
  const { cluster, stop } = await startOwnCluster();
  try {
    await makeNamespaces(cluster.temporalAddress);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    postgresUrl: cluster.postgresUrl.replace(/bcsource$/, 'postgres'),
    temporalAddress: cluster.temporalAddress,
    temporalNamespaces: NAMESPACES,
    temporalCli: cli.path,
    stop,
  };
}

async function makeNamespaces(address: string): Promise<void> {
  const connection = await Connection.connect({ address });
  // The development server makes the first by itself.
  const all = ['default', ...NAMESPACES];
  try {
    await Promise.all(all.map((namespace) => ensureNamespace(connection, namespace)));
    await Promise.all(all.map((namespace) => registerSearchAttributes(connection, namespace)));
  } finally {
    await connection.close();
  }
}
