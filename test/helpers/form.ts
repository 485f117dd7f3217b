/** Whether the whole of each proof is run (`npm run test:long`), and not its short form. */
export const isLong = process.env['BCSOURCE_TEST_LONG'] === '1';

/** Whether the servers of this run are a Temporal of two processes on Postgres, and not the development server. */
export const isOnCluster = process.env['BCSOURCE_TEST_CLUSTER'] === '1';
