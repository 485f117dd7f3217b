import { listOrderRequests, listOrders } from '../../../database/orders.ts';
import type { OrderState, StoredOrder } from '../../../database/orders.ts';
import { advisedError } from '../../errors.ts';
import type { ClientError } from '../../errors.ts';
import { requireOrder, routeOrderNow } from '../../orders.ts';
import { printFields, printJson, printJsonList, printLine, printTable, remark } from '../output.ts';
import type { OutputOptions } from '../output.ts';
import { withSession } from '../with-session.ts';
import { STORED, frDocument, printRouting, printState } from './order-output.ts';

export { cancel } from './order-cancel.ts';
export { preview, submit } from './order-submit.ts';

export function show(number: string, options: OutputOptions): Promise<void> {
  return withSession(async (session) => {
    const order = await requireOrder(session, number);
    const requests = await listOrderRequests(await session.database(), order.id);
    if (options.json) {
      const frs = requests.map(({ id: _, ...fr }) => ({ ...fr, ...frDocument(session, { id: 0, ...fr }) }));
      const { document, routing } = order;
      return printJson({ ...summary(order), lines: document.lines, frs, routing, document });
    }
    printState(order.number, order.state);
    printFields({
      accepted: order.createdAt.toISOString(),
      'last tried': order.triedAt?.toISOString(),
      routed: order.routedAt?.toISOString(),
      canceled: order.canceledAt?.toISOString(),
    });
    await printTable(
      ['line', 'SKU', 'quantity'],
      order.document.lines.map(({ id, sku, quantity }) => [id, sku, quantity]),
    );
    printRouting(order.routing);
    if (requests.length === 0) return;
    await printTable(
      ['request', 'source', 'processing', 'shipping', 'BigCommerce order', 'explanation'],
      requests.map((fr) => [fr.number, fr.source, fr.processing, fr.shipping, fr.bigcommerceOrderId, fr.explanation]),
    );
  });
}

function summary({ number, state, createdAt, triedAt, routedAt, canceledAt }: StoredOrder) {
  return { number, state, createdAt, triedAt, routedAt, canceledAt };
}

export function list(options: OutputOptions & { state?: OrderState | undefined; limit: number }): Promise<void> {
  return withSession(async (session) => {
    const orders = await listOrders(await session.database(), options);
    if (options.json)
      return printJsonList(
        orders.map((order) => ({ ...summary(order), ...choice(order) })),
        options,
      );
    await printTable(
      ['order', 'state', 'accepted', 'last tried', 'goes to', 'why'],
      orders.map((order) => {
        const { sources, why } = choice(order);
        const [accepted, tried] = [order.createdAt.toISOString(), order.triedAt?.toISOString()];
        return [order.number, order.state, accepted, tried, sources.join(', '), why];
      }),
    );
  });
}

function choice({ routing }: StoredOrder): { sources: string[]; why: string | null } {
  if (routing?.routed) return { sources: routing.parts.map(({ source }) => source), why: null };
  return { sources: [], why: routing?.why ?? null };
}

export function route(number: string, options: OutputOptions): Promise<void> {
  return withSession(async (session) => {
    const { order, frs, temporal } = await routeOrderNow(session, number);
    if (order.state === 'canceled') throw canceledOrder(number);
    if (options.json) {
      const shown = frs.map((fr) => frDocument(session, fr));
      return printJson({ number: order.number, state: order.state, frs: shown, routing: order.routing, temporal });
    }
    printState(order.number, order.state);
    printRouting(order.routing);
    for (const fr of frs) printLine(`  ${frDocument(session, fr).webUrl}`);
    if (temporal === 'unreachable') remark(STORED);
  });
}

function canceledOrder(number: string): ClientError {
  const hint = 'Submit it under another number if it is wanted after all.';
  return advisedError('too_late', `Order ${number} is canceled: it is not routed any more.`, hint);
}
