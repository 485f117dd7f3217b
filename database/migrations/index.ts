import type { Migration } from 'kysely';
import * as sources from './0001-sources.ts';
import * as inventory from './0002-inventory.ts';
import * as runs from './0003-runs.ts';
import * as fulfillment from './0004-fulfillment.ts';
import * as shipments from './0005-shipments.ts';
import * as notifications from './0006-notifications.ts';
import * as installs from './0007-installs.ts';
import * as webhooks from './0008-webhooks.ts';
import * as care from './0009-care.ts';
import * as compatibility from './0010-compatibility.ts';
import * as orderSeen from './0011-order-seen.ts';
import * as cancellations from './0012-cancellations.ts';
import * as wokenSources from './0013-woken-sources.ts';
import * as unreadOrders from './0014-unread-orders.ts';
import * as canceledOrders from './0015-canceled-orders.ts';
import * as shipmentProblems from './0016-shipment-problems.ts';
import * as attemptSource from './0017-attempt-source.ts';
import * as requestsOfOrders from './0018-requests-of-orders.ts';
import * as lostOrders from './0019-lost-orders.ts';

export interface SchemaMigration extends Migration {
  /**
   * Builds an index on a large table while others write it, for which Postgres wants no transaction: it has to bear being
   * broken off, and being run again.
   */
  isBesideWriters?: true;
}

/** Every migration by name, in order. A record, not a folder scan: the compiler, the tests and `dist` see the same. */
export const migrations: Record<string, SchemaMigration> = {
  '0001-sources': sources,
  '0002-inventory': inventory,
  '0003-runs': runs,
  '0004-fulfillment': fulfillment,
  '0005-shipments': shipments,
  '0006-notifications': notifications,
  '0007-installs': installs,
  '0008-webhooks': webhooks,
  '0009-care': care,
  '0010-compatibility': compatibility,
  '0011-order-seen': orderSeen,
  '0012-cancellations': cancellations,
  '0013-woken-sources': wokenSources,
  '0014-unread-orders': unreadOrders,
  '0015-canceled-orders': canceledOrders,
  '0016-shipment-problems': shipmentProblems,
  '0017-attempt-source': attemptSource,
  '0018-requests-of-orders': requestsOfOrders,
  '0019-lost-orders': lostOrders,
};
