/** How much a worker process does at once, with the reasons. */
export const workerTuning = {
  /** Imports write one page a range at a time; a pool smaller than the activities would be waited for. */
  databaseConnections: 16,
  /** A workflow in the cache costs about a megabyte and saves replaying its history. */
  cachedWorkflows: 200,
  coreActivities: 40,
  /** Asking a store is waiting, not computing: the governor of the store decides how fast it goes. */
  storeActivities: 40,
  /** Longer than a page takes to be written; a page that is still being fetched is given up and read again. */
  shutdownGraceTime: '10s',
  /** Above the grace time, below the time that a container gets (30 s). */
  shutdownForceTime: '20s',
  /** How often heartbeats reach the server at the most, and so how fast a cancellation is heard. */
  heartbeatThrottle: '2s',
} as const;
