import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import type { Governors } from '../bigcommerce/governors.ts';
import type { QuotaSnapshot } from '../bigcommerce/quota.ts';
import type { Database } from '../database/connect.ts';
import type { SecretBox } from '../database/secrets.ts';
import type { SmtpSettings } from '../domain/environment.ts';
import type { Retention } from '../domain/retention.ts';
import type { CatalogLookup } from './catalog-lookup.ts';

/** What activities and the previews of the client work with; handed in, never global. */
export interface Dependencies {
  db: Database;
  secrets: SecretBox;
  /** BIGCOMMERCE_API_URL: only the environment can set it. */
  apiUrl: string;
  governors: Governors;
  catalogs: (store: string) => CatalogLookup;
  /** Keeps a credential out of every log line from now on. */
  rememberSecret: (secret: string) => void;
  /** Counts an answer of the store of a source, for metrics; the status is null where none came. */
  onStoreAnswer?: (source: string, status: number | null, quota: QuotaSnapshot | undefined) => void;
}

/** What notifications need beside their text. */
export interface NotifySettings {
  /** Null where e-mail is not set up. */
  smtp: SmtpSettings | null;
  webUrl: (workflowId: string, runId?: string) => string;
}

/** What only activities in a worker need. */
export interface WorkerDependencies extends Dependencies {
  log: Logger;
  temporal: Client;
  notify: NotifySettings;
  /** For how long what has ended is kept; left out: as `retentionDefaults` says. */
  retention?: Retention;
}
