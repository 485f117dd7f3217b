import { runServer } from '../../http/run.ts';

/** Serves HTTP until SIGINT or SIGTERM. */
export async function serve(options: { host: string; port: number }): Promise<void> {
  // What still waits, e.g. for a lock in Postgres, would keep the process alive, and nobody waits for it any more.
  if ((await runServer(options)) === 'cut') process.exit(0);
}
