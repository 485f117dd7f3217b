import { runServer } from '../../http/run.ts';

/** Serves HTTP until SIGINT or SIGTERM. */
export function serve(options: { host: string; port: number }): Promise<void> {
  return runServer(options);
}
