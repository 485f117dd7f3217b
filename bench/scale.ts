/**
 * A size of a case, smaller by `BENCH_SCALE` for whoever works on a case: figures count at the whole size only.
 */
export function sized(whole: number): number {
  return Math.max(1, Math.round(whole * Number(process.env['BENCH_SCALE'] ?? 1)));
}

/**
 * So long a case may wait from now on: less where `BENCH_MINUTES` says after how many from its start the program has to be
 * over. What was broken off so goes on with the next start on the same `BENCH_HOME`.
 */
export function patience(wholeMs: number): number {
  const minutes = process.env['BENCH_MINUTES'];
  return minutes === undefined ? wholeMs : Math.max(0, Number(minutes) * 60_000 - performance.now());
}

/** Load of the machine in the last minute, to be read beside a figure. */
export async function load(): Promise<string> {
  const { loadavg } = await import('node:os');
  return `load ${loadavg()[0]!.toFixed(1)}`;
}
