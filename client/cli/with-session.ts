import { naming } from '../errors.ts';
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

/** The same for a command on one source: hints of what it throws have the name of the source. */
export function withSource<T>(name: string, work: (session: Session) => Promise<T>): Promise<T> {
  return withSession((session) => naming({ source: name }, () => work(session)));
}
