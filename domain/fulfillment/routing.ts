import type { Line, OrderDocument } from './document.ts';
import { assignLines } from './routing-split.ts';
import type { Share } from './routing-split.ts';
import type { Candidate } from './routing-rules.ts';
import { countryReason, minimumReasons, skuReasons } from './routing-rules.ts';

/** One fulfillment request of a routed order. */
export interface RoutedPart {
  source: string;
  /** Number of its fulfillment request. */
  number: string;
  lineIds: string[];
  why: string;
}

/** Why a source does not ship the whole order; no reasons for one that was chosen for it. */
export interface ConsideredSource {
  source: string;
  reasons: string[];
}

export type Routing =
  | { routed: true; parts: RoutedPart[]; considered: ConsideredSource[] }
  | { routed: false; why: string; considered: ConsideredSource[] };

/** Numbers of requests are no longer than those of orders (document.ts). */
const LONGEST_NUMBER = 100;

/**
 * Chooses who ships an order: one source for the whole order, the first by priority (then by name) that has every line
 * and whose rules hold; otherwise the fewest sources that can share its lines, each taking whole lines. Pure, and the
 * same for the same input whatever the order of `candidates`.
 */
export function routeOrder(order: OrderDocument, candidates: readonly Candidate[]): Routing {
  const sorted = [...candidates].sort(byPriority);
  const considered = sorted.map((candidate) => ({ candidate, reasons: wholeOrderReasons(candidate, order) }));
  const chosen = considered.find(({ reasons }) => reasons.length === 0)?.candidate;
  if (chosen) {
    const why = `ships the whole order: first by priority (${chosen.rules.priority}) of the sources that can`;
    const lineIds = order.lines.map(({ id }) => id);
    return {
      routed: true,
      parts: [{ source: chosen.source, number: order.number, lineIds, why }],
      considered: considered.map(({ candidate, reasons }) => ({
        source: candidate.source,
        reasons: reasons.length > 0 || candidate === chosen ? reasons : [passedOver(candidate, chosen)],
      })),
    };
  }
  return { ...splitOrder(order, sorted), considered: considered.map(withSplitRule) };
}

function byPriority(a: Candidate, b: Candidate): number {
  return a.rules.priority - b.rules.priority || (a.source < b.source ? -1 : a.source > b.source ? 1 : 0);
}

function passedOver(candidate: Candidate, chosen: Candidate): string {
  const [own, first] = [candidate.rules.priority, chosen.rules.priority];
  const how =
    own === first ? `comes first by name at the same priority (${own})` : `has priority (${first} before ${own})`;
  return `could ship it too, but ${chosen.source} ${how}`;
}

function withSplitRule({ candidate, reasons }: { candidate: Candidate; reasons: string[] }): ConsideredSource {
  const more = candidate.rules.split ? [] : ['takes whole orders only (split: false)'];
  return { source: candidate.source, reasons: [...reasons, ...more] };
}

/** All the reasons why a source cannot ship the whole order; empty when it can. */
function wholeOrderReasons(candidate: Candidate, order: OrderDocument): string[] {
  const country = countryReason(candidate, order);
  const perSku = [...quantities(order.lines)].flatMap(([sku, quantity]) => skuReasons(candidate, sku, quantity));
  // The price of an item that the source does not have is not what keeps the order from it.
  const priced = order.lines.filter((line) => line.unitPrice !== null || candidate.items.has(line.sku));
  const enough = priced.length < order.lines.length ? [] : minimumReasons(candidate, order.lines);
  return [...(country === null ? [] : [country]), ...perSku, ...enough];
}

function quantities(lines: readonly Line[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { sku, quantity } of lines) sums.set(sku, (sums.get(sku) ?? 0) + quantity);
  return sums;
}

type Split = { routed: true; parts: RoutedPart[] } | { routed: false; why: string };

function splitOrder(order: OrderDocument, sorted: readonly Candidate[]): Split {
  const shares = sorted
    .filter((candidate) => candidate.rules.split && countryReason(candidate, order) === null)
    .map((candidate): Share => ({ candidate, lines: order.lines.filter((line) => mayTake(candidate, line)) }));
  const refuse = (why: string): Split => ({ routed: false, why });
  if (sorted.length === 0) return refuse('There is no source that takes orders.');
  if (order.lines.length === 1) return refuse('No source can ship this order; a single line is never divided.');
  const homeless = order.lines.filter((line) => !shares.some(({ lines }) => lines.includes(line)));
  if (homeless.length > 0) {
    const names = homeless.map(({ id, sku, quantity }) => `line ${id} (${quantity} x ${sku})`);
    return refuse(`No source can ship the whole order, and none may take ${names.join(', ')} as a part of it.`);
  }
  const found = assignLines(order.lines, shares);
  if (found.assignment === null) return refuse(noSplit(found.isExhaustive));
  const sources = sorted.filter((candidate) => [...found.assignment!.values()].includes(candidate));
  const fewest = found.isExhaustive ? 'the fewest that can share it' : 'the fewest found that can share it';
  const parts = sources.map((candidate, index): RoutedPart => {
    const lineIds = order.lines.filter((line) => found.assignment!.get(line) === candidate).map(({ id }) => id);
    const share = `takes ${lineIds.length} of ${order.lines.length} lines (priority ${candidate.rules.priority})`;
    const why = `${share}: no source can ship the whole order, and ${sources.length} are ${fewest}`;
    return { source: candidate.source, number: `${order.number}-${index + 1}`, lineIds, why };
  });
  if (parts.every(({ number }) => number.length <= LONGEST_NUMBER)) return { routed: true, parts };
  return refuse(
    `No source can ship the whole order, and its number leaves no room for the endings of parts: ${LONGEST_NUMBER} characters at most.`,
  );
}

function noSplit(isExhaustive: boolean): string {
  return isExhaustive
    ? 'No source can ship the whole order. Each line has a source that could take it, but no way to share them meets the stock and the minimums of all.'
    : 'No source can ship the whole order, and no way to share its lines was found among those that were tried; there are too many to try them all.';
}

/** Whether a source may take a line by itself; what lines need together is seen to when they are shared out. */
function mayTake(candidate: Candidate, line: Line): boolean {
  return skuReasons(candidate, line.sku, line.quantity).length === 0;
}
