import { choosePorts } from '../../local/ports.ts';
import { startProcess } from './processes.ts';
import type { RunningProcess } from './processes.ts';
import type { TestSystem } from './system.ts';

/** The app of the tests, registered in the simulator as in the Developer Portal. */
export const APP = { clientId: 'app-of-the-tests', secret: 'client-secret-canary-5d21e7', name: 'Source' };
export const APP_SCOPES = [
  ...['store_v2_content_read_only', 'store_v2_information_read_only', 'store_v2_products_read_only'],
  ...['store_v2_customers', 'store_v2_orders', 'store_v2_transactions'],
];

export interface TestServer {
  url: string;
  process: RunningProcess;
  /** Registers the app with these scopes. */
  registerApp(scopes?: string[]): Promise<void>;
}

/** Starts `bcsource serve` in this environment, at a free port where none is given. */
export async function startServe(environment: Record<string, string | undefined>, port?: number) {
  const at = port ?? (await choosePorts(['port'])).port;
  const args = ['serve', '--port', `${at}`];
  const process = await startProcess('client/cli/main.js', args, environment, /serving http/);
  return { url: `http://127.0.0.1:${at}`, process };
}

/** Gives a system an app and starts `bcsource serve`; from then on its commands know the app too. */
export async function startServer(system: TestSystem): Promise<TestServer> {
  const { port } = await choosePorts(['port']);
  const url = `http://127.0.0.1:${port}`;
  Object.assign(system.environment, {
    BIGCOMMERCE_LOGIN_URL: system.simulator.url,
    BIGCOMMERCE_CLIENT_ID: APP.clientId,
    BIGCOMMERCE_CLIENT_SECRET: APP.secret,
    BCSOURCE_PUBLIC_URL: url,
  });
  const callbacks = {
    ...{ auth: `${url}/auth`, load: `${url}/load`, uninstall: `${url}/uninstall`, remove_user: `${url}/remove_user` },
  };
  const registerApp = async (scopes = APP_SCOPES) => {
    const app = { secret: APP.secret, name: APP.name, scopes, callbacks };
    await system.simulator.control('PUT', `apps/${APP.clientId}`, app);
  };
  await registerApp();
  // The worker tells its metrics there.
  const { process } = await startServe({ ...system.environment, BCSOURCE_METRICS_ADDRESS: '' }, port);
  return { url, process, registerApp };
}
