import { cancelOpenOrder, listOrderRequests } from '../../../database/orders.ts';
import type { ExitCode } from '../../errors.ts';
import { requireRequest, tellRequests } from '../../fulfillment-requests.ts';
import type { Told } from '../../fulfillment-requests.ts';
import { requireOrder } from '../../orders.ts';
import type { Session } from '../../session.ts';
import { printJson, printLine } from '../output.ts';
import type { OutputOptions } from '../output.ts';
import { withSession } from '../with-session.ts';
import { errorOf, toldDocument, toldLine } from './fr-tell.ts';

/** Cancels an order: one that no source has yet is never routed, of one that was routed each request is canceled. */
export function cancel(number: string, options: OutputOptions): Promise<ExitCode> {
  return withSession<ExitCode>(async (session) => {
    const order = await requireOrder(session, number);
    const isOpen = await cancelOpenOrder(await session.database(), order.id, new Date());
    const told = isOpen ? [] : await cancelRequests(session, order.id);
    // Nothing was done for anybody: it is no matter of a request.
    if (told.length > 0 && told.every(({ outcome }) => outcome === 'failed')) throw told[0]!.error as Error;
    const { state } = await requireOrder(session, number);
    if (options.json) printJson({ number, state, results: told.map(toldDocument), ...errorOf(told) });
    else if (isOpen) printLine(`${number} is canceled; no source had it.`);
    else if (told.length === 0)
      printLine(`${number} ${state === 'canceled' ? 'is canceled already' : 'has no request any more'}.`);
    else for (const each of told) printLine(toldLine(each));
    return told.some(({ outcome }) => outcome === 'refused' || outcome === 'failed') ? 1 : 0;
  });
}

async function cancelRequests(session: Session, orderId: number): Promise<Told[]> {
  const requests = await listOrderRequests(await session.database(), orderId);
  const frs = await Promise.all(requests.map((fr) => requireRequest(session, fr.number, fr.source)));
  return tellRequests(session, frs, { kind: 'cancel' });
}
