export interface Figure {
  name: string;
  measured: string;
  wanted: string;
  ok: boolean;
}

const figures: Figure[] = [];

/** Prints a figure beside what was wanted, as soon as it is known. */
export function figure(name: string, value: number, wanted: { most?: number; least?: number; unit?: string }): void {
  const { most, least, unit = '' } = wanted;
  const ok = (most === undefined || value <= most) && (least === undefined || value >= least);
  const limits = [most === undefined ? '' : `at most ${most}`, least === undefined ? '' : `at least ${least}`];
  const row = { name, measured: `${round(value)}${unit}`, wanted: `${limits.filter(Boolean).join(', ')}${unit}`, ok };
  figures.push(row);
  process.stdout.write(`${ok ? 'ok  ' : 'MISS'} ${name}: ${row.measured} (wanted ${row.wanted})\n`);
}

/** Something that is worth reading beside the figures. */
export function note(text: string): void {
  process.stdout.write(`     ${text}\n`);
}

/** How many figures fell short. */
export function misses(): number {
  return figures.filter((row) => !row.ok).length;
}

function round(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(value < 10 ? 3 : 1);
}
