import type { Logger } from 'pino';
import type { Session } from '../session.ts';

/** What the groups of routes work with; handed in, never global. */
export interface HttpDependencies {
  /** Database and Temporal, each opened at its first use: a webhook is taken in also while Temporal is away. */
  session: Session;
  log: Logger;
  now: () => Date;
}
