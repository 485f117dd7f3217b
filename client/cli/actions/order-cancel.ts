import { cancelOpenOrder, listOrderRequests } from '../../../database/orders.ts';
import type { ExitCode } from '../../errors.ts';
import { requireRequest, tellRequests } from '../../fulfillment-requests.ts';
import type { Told } from '../../fulfillment-requests.ts';
import { requireOrder } from '../../orders.ts';
import type { Session } from '../../session.ts';
import { colors, printJson, printLine } from '../output.ts';
import type { OutputOptions } from '../output.ts';
import { withSession } from '../with-session.ts';

/** Cancels an order: one that no source has yet is never routed, of one that was routed each request is canceled. */
export function cancel(number: string, options: OutputOptions): Promise<ExitCode> {
  return withSession<ExitCode>(async (session) => {
    const order = await requireOrder(session, number);
    const isOpen = await cancelOpenOrder(await session.database(), order.id, new Date());
    const told = isOpen ? [] : await cancelRequests(session, order.id);
    // Nothing was done for anybody: it is no matter of a request.
    if (told.length > 0 && told.every(({ outcome }) => outcome === 'failed')) throw told[0]!.error as Error;
    if (options.json) {
      const results = told.map(({ fr, outcome, answer }) => ({
        number: fr.number,
        source: fr.source,
        outcome,
        answer,
      }));
      printJson({ number, state: told.length > 0 ? 'routed' : 'canceled', results });
    } else if (told.length === 0) {
      printLine(isOpen ? `${number} is canceled; no source had it.` : `${number} is canceled already.`);
    }
    for (const { outcome, answer } of options.json ? [] : told)
      printLine(outcome === 'done' ? answer : `${colors.yellow(outcome)}  ${answer}`);
    return told.some(({ outcome }) => outcome === 'refused' || outcome === 'failed') ? 1 : 0;
  });
}

async function cancelRequests(session: Session, orderId: number): Promise<Told[]> {
  const requests = await listOrderRequests(await session.database(), orderId);
  const frs = await Promise.all(requests.map((fr) => requireRequest(session, fr.number, fr.source)));
  return tellRequests(session, frs, { kind: 'cancel' });
}
