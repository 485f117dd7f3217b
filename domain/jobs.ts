/** The jobs that run by themselves. `refresh` is the quick rhythm of the inventory. Free of libraries: workflows import it. */
export const jobKinds = ['inventory', 'refresh', 'send', 'shipments'] as const;

export type JobKind = (typeof jobKinds)[number];

/** What people call them. */
export const jobTitles: Record<JobKind, string> = {
  inventory: 'Get Inventory (Primary)',
  refresh: 'Refresh of the inventory',
  send: 'Send Fulfillment Requests',
  shipments: 'Get Shipments',
};
