/** For how many days what has ended is kept, by kind. Counted from its end. */
export const retentionDefaults = {
  /** Records of job runs; the newest of each job and its last completed one stay. */
  runs: 90,
  /** What runs refused, skipped or warned of. */
  findings: 30,
  /** Notifications that were delivered or given up. */
  notifications: 30,
  /** Alarms that have ended. */
  alarms: 365,
};

export type RetentionKind = keyof typeof retentionDefaults;
export type Retention = Record<RetentionKind, number>;

const kinds = Object.keys(retentionDefaults).join(', ');
const MOST_DAYS = 36_500;

/** Reads days such as `runs=30,findings=7`; what is not named keeps its default. A text is what is wrong with it. */
export function readRetention(text: string): Retention | string {
  const read: Retention = { ...retentionDefaults };
  for (const part of text.split(',').filter((each) => each.trim() !== '')) {
    const [, kind = '', days = ''] = /^\s*(\w+)\s*=\s*(\d+)\s*$/.exec(part) ?? [];
    if (!Object.hasOwn(retentionDefaults, kind) || Number(days) < 1 || Number(days) > MOST_DAYS)
      return `must be whole days from 1 to ${MOST_DAYS} such as runs=90,findings=30; kinds are ${kinds}`;
    read[kind as RetentionKind] = Number(days);
  }
  // What a run found goes with its run at the latest.
  return { ...read, findings: Math.min(read.findings, read.runs) };
}
