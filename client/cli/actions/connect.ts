import { spawn } from 'node:child_process';
import { StoreError } from '../../../bigcommerce/failures.ts';
import { awaitInstall, beginConnecting } from '../../connect.ts';
import type { Connecting } from '../../connect.ts';
import type { ExitCode } from '../../errors.ts';
import type { Session } from '../../session.ts';
import { isInteractive, printJson, printLine, remark } from '../output.ts';
import type { OutputOptions } from '../output.ts';
import { interruption } from '../perform.ts';
import { remarkOnServer } from '../remark-on-server.ts';
import { withSource } from '../with-session.ts';
import { tellConnection, testSource } from './connection-report.ts';
import type { TestedSource } from './connection-report.ts';

interface ConnectOptions extends OutputOptions {
  store?: string | undefined;
  wait: boolean;
  timeout: number;
  open: boolean;
}

/** Prints the install link of a source, waits until the app is installed, and tests the connection. */
export function connect(name: string, options: ConnectOptions): Promise<ExitCode> {
  return withSource(name, async (session) => {
    const connecting = await beginConnecting(session, name, options.store);
    const { storeHash, link } = connecting;
    const working = await testIfConnected(session, name);
    if (working?.report.ok) {
      if (!options.json) printLine(`Source ${name} is connected to store ${storeHash} already.`);
      return tellConnection(working, options, { source: name, storeHash, link, status: 'connected' });
    }
    await remarkOnServer(session, 'app');
    if (!options.wait) {
      if (options.json) printJson({ source: name, storeHash, link, status: 'waiting' });
      else printLine(link);
      return 0;
    }
    showLink(connecting, options);
    await awaitInstall(session, connecting, { timeoutMs: options.timeout * 1000, signal: interruption() });
    if (!options.json) printLine(`The app is installed in store ${storeHash}. Testing the connection:`);
    const tested = await testSource(session, name);
    return tellConnection(tested, options, { source: name, storeHash, link, status: 'connected' });
  });
}

/** A source that works already needs no installation; one that is refused, or was never connected, does. */
async function testIfConnected(session: Session, name: string): Promise<TestedSource | null> {
  try {
    return await testSource(session, name);
  } catch (error) {
    const { code, type } = error as { code?: unknown; type?: unknown };
    const why = error instanceof StoreError ? code : type;
    if (why === 'credential_refused' || why === 'app_uninstalled') return null;
    throw error;
  }
}

function showLink({ storeHash, link }: Connecting, options: ConnectOptions): void {
  const say = options.json ? remark : printLine;
  say(`Install the app in store ${storeHash}:`);
  say(`  ${link}`);
  if (options.open && isInteractive()) openBrowser(link);
  remark('Waiting until it is installed; Ctrl-C ends the waiting only.');
}

/** Only on a desktop: elsewhere the link is to be read. A browser that does not start is no failure. */
function openBrowser(link: string): void {
  const hasDesktop = process.platform === 'darwin' || process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY'];
  if (!hasDesktop) return;
  const child = spawn(process.platform === 'darwin' ? 'open' : 'xdg-open', [link], { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}
