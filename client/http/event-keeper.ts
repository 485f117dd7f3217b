import DataLoader from 'dataloader';
import type { Database } from '../../database/connect.ts';
import { sqlState } from '../../database/errors.ts';
import { keepEvents } from '../../database/hints.ts';
import type { WebhookEvent } from '../../database/hints.ts';

/** As many as one statement takes; those above it wait for no other statement. */
const MOST_AT_ONCE = 100;

/**
 * Keeps events as they come, and those of a burst together: what comes while a statement is under way is gathered for
 * the next. Each is kept when its promise says so; false where it came before. One that cannot be kept rejects alone.
 */
export function createEventKeeper(database: () => Promise<Database>): (event: WebhookEvent) => Promise<boolean> {
  let underWay: Promise<unknown> = Promise.resolve();
  const loader = new DataLoader<WebhookEvent, boolean>(
    (events) => {
      const kept = keep(events);
      underWay = kept.catch(() => undefined);
      return kept;
    },
    { cache: false, maxBatchSize: MOST_AT_ONCE, batchScheduleFn: (go) => void underWay.then(go) },
  );
  return (event) => loader.load(event);

  async function keep(events: readonly WebhookEvent[]): Promise<(boolean | Error)[]> {
    const db = await database();
    try {
      return await keepEvents(db, events);
    } catch (error) {
      if (events.length === 1 || sqlState(error) === undefined) throw error;
      // One that Postgres does not take, e.g. of a source that was just removed, costs the others nothing.
      return Promise.all(events.map((event) => keepEvents(db, [event]).then(([kept]) => kept!, toError)));
    }
  }
}

function toError(error: unknown): Error {
  return error as Error;
}
