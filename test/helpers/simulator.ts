import { startProcess } from './processes.ts';

export interface TestSimulator {
  url: string;
  /** One call of the control interface, e.g. `control('PUT', 'quota', { limit: 150, windowMs: 30000 })`. */
  control<T = unknown>(method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<T>;
  stop(): Promise<void>;
}

/** A simulated store as a process of its own; `args` are its command line, e.g. `['--products', '100']`. */
export async function startSimulator(args: string[] = []): Promise<TestSimulator> {
  const running = await startProcess('simulator/main.js', ['--port', '0', ...args], {}, /"url"/);
  const { url } = JSON.parse(
    running
      .output()
      .split('\n')
      .find((line) => line.includes('"url"'))!,
  ) as { url: string };
  return {
    url,
    async control<T>(method: string, path: string, body?: unknown) {
      const response = await fetch(`${url}/_control/${path}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
      return (text === '' ? undefined : JSON.parse(text)) as T;
    },
    stop: () => running.stop(),
  };
}
