import { Big } from 'big.js';
import type { Line } from './document.ts';
import { lineTotal } from './routing-rules.ts';
import type { Candidate } from './routing-rules.ts';

/** A source that may take a part, and the lines that it may take each by itself. */
export interface Share {
  candidate: Candidate;
  lines: readonly Line[];
}

export interface SplitResult {
  /** Which source takes each line, or null when no way to share them was found. */
  assignment: Map<Line, Candidate> | null;
  /** False when the search was cut short, so that a way, or one with fewer sources, may exist that was not tried. */
  isExhaustive: boolean;
}

/** Sharing lines out under minimums is a packing problem: hard in the worst case, so tries are counted (half a second in all). */
const MOST_STEPS = 100_000;
/** One choice of sources must not use up what others need. */
const MOST_STEPS_OF_ONE_CHOICE = 10_000;

interface Budget {
  left: number;
  isCut: boolean;
}

/**
 * Shares whole lines out among as few sources as can take them, each of which gets at least one line, within its stock
 * and above its minimums. Among equally few the sources that come first in `shares` win, and lines go to the first of
 * them that can take them. Every line must be in at least one share.
 */
export function assignLines(lines: readonly Line[], shares: readonly Share[]): SplitResult {
  // One that could not reach its minimums with all that it may take never has a part.
  const useful = shares.map(weigh).filter((weighed) => canReachMinimum(openPart(weighed)));
  const budget: Budget = { left: MOST_STEPS, isCut: false };
  // Few distinct sets of takers stand for many lines: what is asked of each choice of sources stays small.
  const takers = distinctTakers(lines, useful);
  for (let size = 2; size <= Math.min(useful.length, lines.length) && budget.left > 0; size++) {
    for (const chosen of choices({ count: useful.length, size, takers, budget })) {
      const assignment = shareOut(
        lines,
        chosen.map((index) => useful[index]!),
        budget,
      );
      if (assignment) return { assignment, isExhaustive: !budget.isCut };
    }
  }
  return { assignment: null, isExhaustive: !budget.isCut };
}

/** A share with what its lines come to, reckoned once. */
interface Weighed extends Share {
  totals: ReadonlyMap<Line, Big>;
  quantity: number;
  total: Big;
}

function weigh(share: Share): Weighed {
  const totals = new Map(share.lines.map((line) => [line, lineTotal(share.candidate, line) ?? new Big(0)]));
  const total = [...totals.values()].reduce((sum, one) => sum.plus(one), new Big(0));
  return { ...share, totals, total, quantity: share.lines.reduce((sum, line) => sum + line.quantity, 0) };
}

function distinctTakers(lines: readonly Line[], shares: readonly Share[]): ReadonlySet<number>[] {
  const taken = shares.map((share) => new Set(share.lines));
  const distinct = new Map<string, Set<number>>();
  for (const line of lines) {
    const indexes = shares.flatMap((_, index) => (taken[index]!.has(line) ? [index] : []));
    distinct.set(indexes.join(), new Set(indexes));
  }
  return [...distinct.values()].sort((a, b) => a.size - b.size);
}

/** Choices of `size` sources that leave no line without a taker, the first sources first. */
function* choices(
  of: { count: number; size: number; takers: ReadonlySet<number>[]; budget: Budget },
  chosen: number[] = [],
): Generator<number[]> {
  const { count, size, takers, budget } = of;
  if (spend(budget, takers.length)) return;
  const open = takers.filter((indexes) => !chosen.some((index) => indexes.has(index)));
  if (chosen.length + fewestTakers(open) > size) return;
  if (chosen.length === size) {
    yield chosen;
    return;
  }
  const from = (chosen.at(-1) ?? -1) + 1;
  // The next source must not lie beyond the last taker of a line that still has none.
  const last = Math.min(count - (size - chosen.length), ...open.map((indexes) => Math.max(...indexes)));
  for (let next = from; next <= last; next++) yield* choices(of, [...chosen, next]);
}

/** So many sources at least are needed: lines that have no taker in common need one each. */
function fewestTakers(open: readonly ReadonlySet<number>[]): number {
  const seen = new Set<number>();
  let count = 0;
  for (const takers of open) {
    if ([...takers].some((index) => seen.has(index))) continue;
    for (const index of takers) seen.add(index);
    count++;
  }
  return count;
}

/** Counts steps; true when there are no more. */
function spend(budget: Budget, steps = 1): boolean {
  if (budget.left > 0) {
    budget.left -= steps;
    return false;
  }
  budget.isCut = true;
  return true;
}

/** One of the chosen sources while lines are shared out. */
interface Part {
  candidate: Candidate;
  lines: Line[];
  /** What is left of its stock. */
  stock: Map<string, number>;
  /** The lines that it may take and has not been passed over for. */
  within: Set<Line>;
  totals: ReadonlyMap<Line, Big>;
  quantity: number;
  total: Big;
}

function openPart({ candidate, lines, totals, quantity, total }: Weighed): Part {
  const stock = new Map([...candidate.items].map(([sku, item]) => [sku, item.available]));
  return { candidate, lines: [], stock, within: new Set(lines), totals, quantity, total };
}

/** Finds a taker for every line by trying, or null; lines with few takers are placed first. */
function shareOut(lines: readonly Line[], shares: Weighed[], total: Budget): Map<Line, Candidate> | null {
  const parts = shares.map(openPart);
  const takers = (line: Line) => parts.filter((part) => part.within.has(line));
  const counts = new Map(lines.map((line) => [line, takers(line).length]));
  const sorted = [...lines].sort((a, b) => counts.get(a)! - counts.get(b)! || b.quantity - a.quantity);
  spend(total, lines.length);
  const granted = Math.min(MOST_STEPS_OF_ONE_CHOICE, total.left);
  const budget: Budget = { left: granted, isCut: false };
  const isFound = place({ lines: sorted, parts, takers: sorted.map(takers), budget }, 0);
  total.left -= granted - budget.left;
  total.isCut ||= budget.isCut;
  if (!isFound) return null;
  return new Map(parts.flatMap((part) => part.lines.map((line) => [line, part.candidate] as const)));
}

interface Search {
  lines: readonly Line[];
  parts: readonly Part[];
  takers: readonly Part[][];
  budget: Budget;
}

function place(search: Search, at: number): boolean {
  // All that a source could get is now what it has, so its minimums are met.
  if (at === search.lines.length) return true;
  if (spend(search.budget)) return false;
  const line = search.lines[at]!;
  const takers = search.takers[at]!;
  return takers.some((taker) => {
    const left = taker.stock.get(line.sku)!;
    if (left < line.quantity) return false;
    taker.stock.set(line.sku, left - line.quantity);
    taker.lines.push(line);
    const others = takers.filter((other) => other !== taker);
    for (const other of others) passOver(other, line, -1);
    if (others.every(canReachMinimum) && place(search, at + 1)) return true;
    for (const other of others) passOver(other, line, 1);
    taker.lines.pop();
    taker.stock.set(line.sku, left);
    return false;
  });
}

/** Takes a line off what a source could still get, or gives it back. */
function passOver(part: Part, line: Line, sign: 1 | -1): void {
  if (sign === 1) part.within.add(line);
  else part.within.delete(line);
  part.quantity += sign * line.quantity;
  part.total = part.total.plus(part.totals.get(line)!.times(sign));
}

/** Whether the minimums could be met by all that the source has and may still get. */
function canReachMinimum(part: Part): boolean {
  const { minimumOrderTotal, minimumQuantity } = part.candidate.rules;
  return part.within.size > 0 && part.quantity >= minimumQuantity && part.total.gte(minimumOrderTotal);
}
