import type { Generated, JSONColumnType } from 'kysely';
import type { JobKind } from '../domain/jobs.ts';
import type { BigInteger, Decimal, DefaultInstant, Instant } from './column-types.ts';
import type {
  ConnectionRefusalsTable,
  FailedCancellationsTable,
  FrEventsTable,
  FrLinesTable,
  FulfillmentRequestsTable,
  OrderProductsTable,
  OrdersTable,
  SendAttemptsTable,
  ShipmentChangesTable,
  ShipmentsTable,
  SyncWatermarksTable,
  UnreadOrdersTable,
} from './fulfillment-tables.ts';
import type { InstallsTable, UsedCallbacksTable } from './install-tables.ts';
import type { AlarmsTable, NotificationOutboxTable, NotificationTargetsTable } from './notification-tables.ts';
import type {
  HeartbeatsTable,
  HintsTable,
  InventoryRefreshTable,
  ItemReadsTable,
  StoreQuotaTable,
  WebhookEventsTable,
  WebhookReceiversTable,
  WebhooksTable,
} from './webhook-tables.ts';

export interface SourcesTable {
  id: Generated<number>;
  name: string;
  version: number;
  connection_type: 'api_token' | 'oauth';
  store_hash: string | null;
  created_at: DefaultInstant;
  removed_at: Instant | null;
  /** When its connection was last found to work again without anybody's doing. */
  woken_at: Instant | null;
}

export interface SourceVersionsTable {
  source_id: number;
  version: number;
  /** The file as it was written, with secrets taken out. */
  document: string;
  /** The checked settings, without credentials. */
  settings: JSONColumnType<Record<string, unknown>>;
  applied_at: DefaultInstant;
}

export interface CredentialsTable {
  source_id: number;
  /** AES-256-GCM, bound to the source: see secrets.ts. */
  ciphertext: string;
  key_id: string;
  updated_at: DefaultInstant;
}

export interface BrandsTable {
  source_id: number;
  brand_id: BigInteger;
  name: string;
}

export interface CategoriesTable {
  source_id: number;
  category_id: BigInteger;
  parent_id: BigInteger;
  name: string;
}

export interface InventoryItemsTable {
  id: Generated<BigInteger>;
  source_id: number;
  sku: string;
  product_id: BigInteger;
  variant_id: BigInteger;
  title: string;
  description: string | null;
  quantity: number;
  price: Decimal | null;
  msrp: Decimal | null;
  cost: Decimal | null;
  currency: string | null;
  brand: string | null;
  categories: JSONColumnType<string[]>;
  image_url: string | null;
  weight_kg: Decimal | null;
  width_cm: Decimal | null;
  height_cm: Decimal | null;
  depth_cm: Decimal | null;
  upc: string | null;
  attributes: JSONColumnType<Record<string, unknown>>;
  /** Digest of all mapped fields: equal digests mean that there is nothing to write. */
  fingerprint: string;
  archived_at: Instant | null;
  created_at: DefaultInstant;
  changed_at: DefaultInstant;
}

export type JobName = JobKind;
export type RunStatus = 'running' | 'waiting_for_approval' | 'completed' | 'failed' | 'canceled';

export interface JobRunsTable {
  /** The first execution run id of the workflow: stable over continue-as-new. */
  id: string;
  source_id: number;
  job: JobName;
  workflow_id: string;
  trigger: 'manual' | 'schedule';
  source_version: number;
  status: RunStatus;
  reason_code: string | null;
  reason: string | null;
  hint: string | null;
  /** Figures that belong to the run as a whole: see runs.ts. */
  counts: JSONColumnType<Record<string, number>>;
  /** What later steps of the run need from earlier ones, e.g. units and the first import flag. */
  context: JSONColumnType<Record<string, unknown>>;
  requests: Generated<number>;
  started_at: DefaultInstant;
  finished_at: Instant | null;
}

export interface JobLeasesTable {
  source_id: number;
  job: JobName;
  run_id: string;
  workflow_id: string;
  taken_at: DefaultInstant;
}

export interface ImportRangesTable {
  run_id: string;
  range_no: number;
  after_id: BigInteger;
  /** The last product id of the range; null for the last range, which is open. */
  up_to_id: BigInteger | null;
  page_size: number;
  complete: Generated<boolean>;
}

export interface ImportPagesTable {
  run_id: string;
  range_no: number;
  after_id: BigInteger;
  last_id: BigInteger;
  item_ids: BigInteger[];
  refused_product_ids: BigInteger[];
  refused_variant_ids: BigInteger[];
  skipped_ids: BigInteger[];
  skipped_reasons: string[];
  products: number;
  items: number;
  created: number;
  updated: number;
  unchanged: number;
  restored: number;
  skipped: number;
  rejected: number;
  /** Products that the store listed without a readable id: while there is one, nothing may be archived. */
  unreadable: number;
  /** How long the store took to answer, retries included. */
  read_ms: Generated<number>;
}

export interface ImportFindingsTable {
  id: Generated<BigInteger>;
  run_id: string;
  kind: 'rejected' | 'warning' | 'skipped';
  product_id: BigInteger | null;
  variant_id: BigInteger | null;
  sku: string | null;
  code: string;
  message: string;
}

export interface ImportHeldTable {
  run_id: string;
  /** contested: the SKU may belong to a lower variant; zero: the item would lose all its stock. */
  kind: 'contested' | 'zero';
  variant_id: BigInteger;
  product_id: BigInteger;
  sku: string;
  item: JSONColumnType<Record<string, unknown>>;
}

export interface ImportMissingTable {
  run_id: string;
  sku: string;
  product_id: BigInteger;
}

export interface SchemaCompatibilityTable {
  only_row: Generated<boolean>;
  /** The migration that a program has to know: see compatibility.ts. */
  needs: string;
}

export interface Tables {
  sources: SourcesTable;
  source_versions: SourceVersionsTable;
  credentials: CredentialsTable;
  brands: BrandsTable;
  categories: CategoriesTable;
  inventory_items: InventoryItemsTable;
  job_runs: JobRunsTable;
  job_leases: JobLeasesTable;
  import_ranges: ImportRangesTable;
  import_pages: ImportPagesTable;
  import_findings: ImportFindingsTable;
  import_held: ImportHeldTable;
  import_missing: ImportMissingTable;
  orders: OrdersTable;
  fulfillment_requests: FulfillmentRequestsTable;
  fr_lines: FrLinesTable;
  fr_events: FrEventsTable;
  send_attempts: SendAttemptsTable;
  connection_refusals: ConnectionRefusalsTable;
  failed_cancellations: FailedCancellationsTable;
  unread_orders: UnreadOrdersTable;
  order_products: OrderProductsTable;
  shipments: ShipmentsTable;
  shipment_changes: ShipmentChangesTable;
  sync_watermarks: SyncWatermarksTable;
  notification_targets: NotificationTargetsTable;
  notification_outbox: NotificationOutboxTable;
  alarms: AlarmsTable;
  inventory_refresh: InventoryRefreshTable;
  item_reads: ItemReadsTable;
  webhook_receivers: WebhookReceiversTable;
  webhooks: WebhooksTable;
  webhook_events: WebhookEventsTable;
  hints: HintsTable;
  store_quota: StoreQuotaTable;
  heartbeats: HeartbeatsTable;
  schema_compatibility: SchemaCompatibilityTable;
  installs: InstallsTable;
  used_callbacks: UsedCallbacksTable;
}
