import type { Logger } from 'pino';
import type { Metrics } from '../../workers/metrics.ts';
import type { InstalledApp } from '../installs.ts';
import type { Session } from '../session.ts';

/** What the groups of routes work with; handed in, never global. */
export interface HttpDependencies {
  /** Database and Temporal, each opened at its first use: a webhook is taken in also while Temporal is away. */
  session: Session;
  log: Logger;
  /** The app that stores install; null where there is none. */
  app: InstalledApp | null;
  metrics: Pick<Metrics, 'render'>;
  now: () => Date;
}
