import type { FrDocument, OrderDocument } from './document.ts';
import type { RoutedPart } from './routing.ts';

/**
 * The fulfillment request of one part of a routed order. Amounts that the order gives for all its lines together (costs,
 * fee, weight) go along only when the part is the whole: nobody said how they divide.
 */
export function partDocument(order: OrderDocument, part: RoutedPart): FrDocument {
  const taken = new Set(part.lineIds);
  const lines = order.lines.filter(({ id }) => taken.has(id));
  const document = { ...order, source: part.source, number: part.number, lines };
  if (lines.length === order.lines.length) return document;
  const unknown = { estimatedShippingCost: null, estimatedDropshipFee: null, totalCost: null, totalWeightLbs: null };
  return { ...document, ...unknown };
}
