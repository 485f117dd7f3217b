import { diffLines } from 'diff';

/** Lines that differ between two texts, marked with - and +, with two lines around them for orientation. */
export function lineDifference(before: string, after: string): string[] {
  const lines = diffLines(before, after).flatMap((part) => {
    const mark = part.added ? '+' : part.removed ? '-' : ' ';
    return part.value
      .replace(/\n$/, '')
      .split('\n')
      .map((line) => `${mark} ${line}`);
  });
  const changed = lines.map((line, index) => (line.startsWith(' ') ? -1 : index)).filter((index) => index >= 0);
  return lines.filter((_, index) => changed.some((other) => Math.abs(other - index) <= 2));
}
