import { createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { choosePorts } from '../../local/ports.ts';

test('a busy port is avoided and a free one is kept', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const busy = (server.address() as { port: number }).port;
  const free = (await choosePorts(['any'])).any;
  try {
    const ports = await choosePorts(['first', 'second'], { first: busy, second: free });
    expect(ports.first).not.toBe(busy);
    expect(ports.second).toBe(free);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
});

test('one wanted port is not given to two', async () => {
  const { any } = await choosePorts(['any']);
  const ports = await choosePorts(['first', 'second'], { first: any, second: any });
  expect(ports.first).toBe(any);
  expect(ports.second).not.toBe(any);
});
