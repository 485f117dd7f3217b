/**
 * A size of a case, smaller by `BENCH_SCALE` for whoever works on a case: figures count at the whole size only.
 */
export function sized(whole: number): number {
  return Math.max(1, Math.round(whole * Number(process.env['BENCH_SCALE'] ?? 1)));
}

/** Load of the machine in the last minute, to be read beside a figure. */
export async function load(): Promise<string> {
  const { loadavg } = await import('node:os');
  return `load ${loadavg()[0]!.toFixed(1)}`;
}
