import { within } from './within.ts';

/** So long one thing that is open has to close; what a step that was cut off still holds does not. */
export const CLOSE_WITHIN_MS = 1_000;

type Close = () => Promise<unknown>;

/** Closes side by side what needs nothing else of it, then what it stands on. Nothing that fails or hangs holds it up. */
export async function closeAll(opened: readonly Close[], last: Close): Promise<void> {
  await Promise.all(opened.map(closeInTime));
  await closeInTime(last);
}

async function closeInTime(close: Close): Promise<void> {
  await within(
    CLOSE_WITHIN_MS,
    close().catch(() => undefined),
  );
}
