import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Connection } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { isPortFree } from '../../local/ports.ts';
import { findTestServer } from '../../local/test-server.ts';
import { waitFor } from './wait.ts';

/** A busy machine may need long for its Java; the SDK, which would start the server itself, gives it 5 s. */
const STARTS_WITHIN_MS = 120_000;

/** Search attributes of ours as the API numbers their types: keyword and instant. */
const SEARCH_ATTRIBUTES = { BcSource: 2, BcFrNumber: 2, BcFrState: 2, BcOrderId: 2, BcNextStepAt: 6 };

/** It lives for seconds: what Java optimizes and collects side by side is never earned back. */
const JAVA_OPTIONS = '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC';

/** Below those that a stack takes (local/ports.ts). */
const FIRST_PORT = 10_000;
const PORTS_EACH = 200;

interface ExistingServer {
  create(options: Record<string, unknown>): Promise<TestWorkflowEnvironment>;
}

/** A Temporal that skips time. It knows our search attributes: a workflow would wait for ever for one that does not. */
export async function startTimeSkipping(): Promise<TestWorkflowEnvironment> {
  const { path } = await findTestServer();
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const server = spawn(path, [String(port)], {
    env: { ...process.env, JAVA_TOOL_OPTIONS: JAVA_OPTIONS },
    stdio: 'ignore',
  });
  const ended = once(server, 'exit');
  const stop = async () => {
    server.kill();
    await ended;
  };
  try {
    const answers = () => server.exitCode === null && canConnect(address);
    await waitFor('the server that skips time to answer', answers, STARTS_WITHIN_MS);
    // What createTimeSkipping does with the server that it has started.
    const { create } = TestWorkflowEnvironment as unknown as ExistingServer;
    const options = { server: { type: 'existing' }, supportsTimeSkipping: true, address };
    const environment = await create.call(TestWorkflowEnvironment, options);
    const { operatorService } = environment.connection;
    await operatorService.addSearchAttributes({ namespace: 'default', searchAttributes: SEARCH_ATTRIBUTES });
    const closeConnections = environment.teardown.bind(environment);
    environment.teardown = () => closeConnections().then(stop);
    return environment;
  } catch (error) {
    await stop();
    throw error;
  }
}

async function canConnect(address: string): Promise<boolean> {
  const connection = await Connection.connect({ address, connectTimeout: 2000 }).catch(() => undefined);
  await connection?.close();
  return connection !== undefined;
}

/** Of two that start at once on one port, one would talk to the other's server: each worker of Jest has ports of its own. */
async function freePort(): Promise<number> {
  const first = FIRST_PORT + PORTS_EACH * Number(process.env['JEST_WORKER_ID'] ?? 0);
  for (let tried = 0; tried < PORTS_EACH; tried++) {
    // Not always the same one first: another run of the tests may be under way.
    const port = first + ((process.pid + tried) % PORTS_EACH);
    if (await isPortFree(port)) return port;
  }
  throw new Error(`No free port found on 127.0.0.1 from ${first} on.`);
}
