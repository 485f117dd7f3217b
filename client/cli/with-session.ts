import { openSession } from '../session.ts';
import type { Session } from '../session.ts';

/** Opens a session for one command and closes it whatever happens. */
export async function withSession<T>(work: (session: Session) => Promise<T>): Promise<T> {
  const session = await openSession();
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}
