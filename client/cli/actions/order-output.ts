import type { OrderState } from '../../../database/orders.ts';
import type { Routing } from '../../../domain/fulfillment/routing.ts';
import { frWorkflowId } from '../../../workflows/ids.ts';
import type { OrderFr } from '../../orders.ts';
import type { Session } from '../../session.ts';
import { colors, printLine } from '../output.ts';

/** A request of an order as other programs read it; row ids are ours alone. */
export function frDocument(session: Session, { number, source }: OrderFr) {
  const workflowId = frWorkflowId(source, number);
  return { number, source, workflowId, webUrl: session.webUrl(workflowId) };
}

/** Said where an order was stored but the start of its requests was not heard. */
export const STORED =
  'Temporal takes no word now (`bcsource doctor` says why); the requests are stored and are started as soon as it does.';

export function printState(number: string, state: OrderState, how = ''): void {
  printLine(`${number}${how} is ${state === 'open' ? colors.yellow('open: it is tried again by itself') : state}.`);
}

/** The choice, and why every other source was passed over. */
export function printRouting(routing: Routing | null): void {
  if (routing === null) return;
  if (routing.routed) {
    for (const { source, number, lineIds, why } of routing.parts) {
      printLine(`  ${number} goes to ${source} (lines ${lineIds.join(', ')}): ${why}.`);
    }
  } else printLine(`  ${routing.why}`);
  for (const { source, reasons } of routing.considered) {
    for (const reason of reasons) printLine(`  ${colors.dim(`${source}: ${reason}`)}`);
  }
}
