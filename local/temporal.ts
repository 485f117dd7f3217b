import type { Connection } from '@temporalio/client';
import { type Child, startChild, waitUntilReady } from './child.ts';
import { SEARCH_ATTRIBUTES, registerSearchAttributes } from './search-attributes.ts';

/** How to start Temporal's development server. */
export interface TemporalOptions {
  cliPath: string;
  home: string;
  port: number;
  uiPort: number;
  logFile: string;
  /** Where the state is kept; in memory when left out. */
  stateFile?: string;
  isDetached?: boolean;
  /** Made at the start, each with our search attributes, beside `default`. */
  namespaces?: readonly string[];
  /** Added to its environment. */
  env?: Readonly<Record<string, string>>;
  /** Told of the process as soon as there is one, before it is ready. */
  onSpawned?: (child: Child) => void;
}

/** A Temporal server that answers and knows our search attributes. */
export interface RunningTemporal {
  child: Child;
  address: string;
}

// An idle transfer queue is polled 20 times a second otherwise, which makes each sequential activity take 90 ms instead of 13.
// Without fairness a source with many requests makes all others wait; it brings priorities with it.
const DYNAMIC_CONFIG = ['history.transferProcessorMaxPollRPS=1000', 'matching.enableFairness=true'];
// More than doubles the throughput of a state file and survives kill -9.
const SQLITE_PRAGMAS = ['journal_mode=wal', 'synchronous=1'];
const READY_WITHIN_MS = 60_000;

/** Starts Temporal's development server; ready with its namespace and search attributes when this resolves. */
export async function startTemporal(options: TemporalOptions): Promise<RunningTemporal> {
  const child = await startChild({
    command: options.cliPath,
    args: serverArguments(options),
    env: {
      ...withoutTemporalSettings(process.env),
      ...options.env,
      ...{ BCSOURCE_HOME: options.home, BCSOURCE_PART: 'temporal' },
    },
    home: options.home,
    logFile: options.logFile,
    isDetached: options.isDetached ?? true,
  });
  options.onSpawned?.(child);
  const address = `127.0.0.1:${options.port}`;
  await waitUntilReady(child, {
    name: 'Temporal',
    waitMs: READY_WITHIN_MS,
    check: () => withConnection(address, prepareNamespace).catch(() => null),
  });
  return { child, address };
}

/** An environment without TEMPORAL_* settings, which would lead a part of this stack to another cluster. */
export function withoutTemporalSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('TEMPORAL_')));
}

function serverArguments(options: TemporalOptions): string[] {
  const state = options.stateFile === undefined ? [] : ['--db-filename', options.stateFile];
  const pragmas =
    options.stateFile === undefined ? [] : SQLITE_PRAGMAS.flatMap((pragma) => ['--sqlite-pragma', pragma]);
  return [
    ...[
      'server',
      'start-dev',
      '--ip',
      '127.0.0.1',
      '--port',
      String(options.port),
      '--ui-port',
      String(options.uiPort),
    ],
    ...['--log-level', 'error', ...state, ...pragmas],
    ...(options.namespaces ?? []).flatMap((namespace) => ['--namespace', namespace]),
    ...DYNAMIC_CONFIG.flatMap((value) => ['--dynamic-config-value', value]),
    ...Object.entries(SEARCH_ATTRIBUTES).flatMap(([name, type]) => ['--search-attribute', `${name}=${type}`]),
  ];
}

// A state file of an earlier version may lack attributes that its flags would register only for a new namespace.
async function prepareNamespace(connection: Connection): Promise<true> {
  await connection.workflowService.describeNamespace({ namespace: 'default' });
  await registerSearchAttributes(connection, 'default');
  // The list answers only when the stores behind it are open.
  await connection.workflowService.listWorkflowExecutions({ namespace: 'default', pageSize: 1 });
  return true;
}

async function withConnection<T>(address: string, use: (connection: Connection) => Promise<T>): Promise<T> {
  // Loaded here: it costs 0.3 s, which commands that only look at the stack need not pay.
  const { Connection } = await import('@temporalio/client');
  // It is asked again until it is ready; the SDK's own repetition would come after the connection is closed, and throw.
  const connection = await Connection.connect({ address, connectTimeout: 1_000, interceptors: [] });
  try {
    return await connection.withDeadline(Date.now() + 5_000, () => use(connection));
  } finally {
    await connection.close();
  }
}
