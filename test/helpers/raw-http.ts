import { connect } from 'node:net';

/** Sends bytes to a server on this machine and hears the first that it answers. */
export function speak(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.once('data', (data) => {
      resolve(data.toString());
      socket.destroy();
    });
    socket.once('error', reject);
  });
}

const DROP_EVERY_MS = 100;

/** Sends a request whose body comes a byte at a time, and hears how it is answered before its end. */
export function drip(address: string, headers: Record<string, string>, text: string): Promise<string> {
  const { hostname, port, pathname } = new URL(address);
  const lines = Object.entries({ ...headers, host: hostname, 'content-length': `${text.length}` });
  const head = [`POST ${pathname} HTTP/1.1`, ...lines.map(([name, value]) => `${name}: ${value}`)].join('\r\n');
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => socket.write(`${head}\r\n\r\n`));
    let sent = 0;
    const drops = setInterval(() => socket.write(text[sent++ % text.length]!), DROP_EVERY_MS);
    let heard = '';
    socket.on('data', (data) => (heard += data.toString()));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearInterval(drops);
      resolve(heard);
    });
  });
}
