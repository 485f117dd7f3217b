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

/** Reads days such as `runs=30,findings=7`; what is not named keeps its default. A text names every part that is wrong. */
export function readRetention(text: string): Retention | string {
  const read = new Map<RetentionKind, number>();
  const wrong: string[] = [];
  for (const [index, part] of text.split(',').entries()) {
    if (part.trim() === '') continue;
    const [, kind = '', days = ''] = /^\s*(\w*)\s*(?:=\s*(\d+)\s*$)?/.exec(part) ?? [];
    // By its place: what is no kind of ours may be anything, also a secret that was meant for another variable.
    if (!isKind(kind)) wrong.push(`part ${index + 1}, of no such kind`);
    else if (read.has(kind)) wrong.push(`${kind}, more than once`);
    else if (Number(days) < 1 || Number(days) > MOST_DAYS) wrong.push(kind);
    if (isKind(kind)) read.set(kind, Number(days));
  }
  if (wrong.length > 0)
    return `must be whole days from 1 to ${MOST_DAYS} such as runs=90,findings=30; kinds are ${kinds}. Wrong: ${wrong.join('; ')}`;
  const kept: Retention = { ...retentionDefaults, ...Object.fromEntries(read) };
  // What a run found goes with its run at the latest.
  return { ...kept, findings: Math.min(kept.findings, kept.runs) };
}

function isKind(text: string): text is RetentionKind {
  return Object.hasOwn(retentionDefaults, text);
}
