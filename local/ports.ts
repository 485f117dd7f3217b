import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

// Below 32768: outgoing connections take theirs from above, and Temporal keeps some ports in a smallint.
const LOWEST = 20_000;
const HIGHEST = 32_000;

/** Picks a port of 127.0.0.1 for each name: the wanted one where it is free, another free one where it is not. */
export async function choosePorts<Name extends string>(
  names: readonly Name[],
  wanted: Partial<Record<Name, number>> = {},
): Promise<Record<Name, number>> {
  const chosen = new Map<Name, number>();
  for (const name of names) {
    const port = wanted[name];
    if (port !== undefined && ![...chosen.values()].includes(port) && (await isPortFree(port))) chosen.set(name, port);
  }
  for (const name of names) {
    if (!chosen.has(name)) chosen.set(name, await anyFreePort([...chosen.values()]));
  }
  return Object.fromEntries(chosen) as Record<Name, number>;
}

/** Whether something could listen on this port of 127.0.0.1 now. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Waits, at most so long, for ports that a part which has just died still holds. */
export async function waitForPort(port: number, waitMs: number): Promise<void> {
  const deadline = Date.now() + waitMs;
  while (!(await isPortFree(port)) && Date.now() < deadline) await sleep(50);
}

async function anyFreePort(taken: readonly number[]): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    if (!taken.includes(port) && (await isPortFree(port))) return port;
  }
  throw new Error(`No free port found on 127.0.0.1 between ${LOWEST} and ${HIGHEST}.`);
}
