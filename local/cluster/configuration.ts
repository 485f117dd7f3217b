import { stringify } from 'yaml';

/** The four services of a Temporal server. */
export const SERVICES = ['frontend', 'matching', 'history', 'worker'] as const;
export type Service = (typeof SERVICES)[number];

/** The name of a service's second port, by which the services find each other. */
export function membershipOf<Name extends Service>(service: Name): `${Name}Membership` {
  return `${service}Membership`;
}

/** What a server's configuration is made of. */
export interface ServerSettings {
  folder: string;
  postgres: { host: string; user: string; password: string };
  ports: Record<Service | `${Service}Membership`, number>;
  shards: number;
  /** Values of the dynamic configuration besides those that every server of ours gets. */
  dynamic: Readonly<Record<string, unknown>>;
}

export const DATABASES = { temporal: 'temporal', visibility: 'temporal_visibility' } as const;

/** The server's own configuration file. */
export function serverConfiguration(settings: ServerSettings): string {
  const { folder, ports } = settings;
  const services = SERVICES.map((name) => [
    name,
    { rpc: { grpcPort: ports[name], membershipPort: ports[membershipOf(name)], bindOnLocalHost: true } },
  ]);
  return stringify({
    log: { stdout: true, level: 'warn' },
    persistence: {
      defaultStore: 'main',
      visibilityStore: 'visibility',
      numHistoryShards: settings.shards,
      datastores: {
        main: { sql: datastore(settings, DATABASES.temporal, 20) },
        visibility: { sql: datastore(settings, DATABASES.visibility, 10) },
      },
    },
    global: { membership: { maxJoinDuration: '30s', broadcastAddress: '127.0.0.1' } },
    services: Object.fromEntries(services),
    clusterMetadata: {
      enableGlobalNamespace: false,
      failoverVersionIncrement: 10,
      masterClusterName: 'active',
      currentClusterName: 'active',
      clusterInformation: {
        active: {
          enabled: true,
          initialFailoverVersion: 1,
          rpcName: 'frontend',
          rpcAddress: `127.0.0.1:${ports.frontend}`,
        },
      },
    },
    dcRedirectionPolicy: { policy: 'noop' },
    dynamicConfigClient: { filepath: `${folder}/dynamic.yaml`, pollInterval: '10s' },
  });
}

/** What can be changed while the server runs. */
export function dynamicConfiguration({ dynamic }: ServerSettings): string {
  // An idle transfer queue is polled 20 times a second otherwise, which makes each sequential activity take 90 ms.
  // Without fairness a source with many requests makes all others wait; it brings priorities with it.
  const values = { 'history.transferProcessorMaxPollRPS': 1000, 'matching.enableFairness': true, ...dynamic };
  return stringify(Object.fromEntries(Object.entries(values).map(([name, value]) => [name, [{ value }]])));
}

function datastore({ postgres }: ServerSettings, databaseName: string, connections: number) {
  return {
    pluginName: 'postgres12',
    databaseName,
    connectAddr: postgres.host,
    connectProtocol: 'tcp',
    user: postgres.user,
    password: postgres.password,
    maxConns: connections,
    maxIdleConns: connections,
    maxConnLifetime: '1h',
  };
}
