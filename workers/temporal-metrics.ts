import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

/** Where Temporal's own exporter listens: it takes no "any free port", so one is looked for. Only this process reads it. */
export async function freeAddress(): Promise<string> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => probe.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return `127.0.0.1:${port}`;
}

const READ_WITHIN_MS = 2_000;

/** What Temporal's exporter tells; nothing where it does not answer, rather than no metrics at all. */
export async function readTemporalMetrics(address: string): Promise<string> {
  try {
    const response = await fetch(`http://${address}/metrics`, { signal: AbortSignal.timeout(READ_WITHIN_MS) });
    return response.ok ? await response.text() : '';
  } catch {
    return '';
  }
}
