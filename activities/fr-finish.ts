import { StoreError } from '../bigcommerce/failures.ts';
import { listOrderProducts, setBillingFields, setShippingFields } from '../bigcommerce/orders.ts';
import type { OrderProduct } from '../bigcommerce/orders.ts';
import type { Executor } from '../database/connect.ts';
import { addEvent, addFlag, changeRequest, removeFlag, saveOrderProducts } from '../database/fr-changes.ts';
import { listLines, loadRequest } from '../database/fulfillment-requests.ts';
import type { FulfillmentRequest, RequestLine } from '../database/fulfillment-requests.ts';
import { rememberOrderProducts } from '../database/shipments.ts';
import { compareLines } from '../domain/fulfillment/sent-lines.ts';
import type { WorkerDependencies } from './dependencies.ts';
import type { SendScene } from './fr-scene.ts';
import { stateCodesOf } from './fr-prepare.ts';
import { findSendingSource } from './fr-settings.ts';
import { openStore } from './stores.ts';

/** Activities on an order that exists. */
export function frFinishActivities(deps: WorkerDependencies) {
  return {
    /** Reads the lines of the order back and sets what cannot be set when it is made. Safe to repeat. */
    async finishSending(frId: number): Promise<void> {
      const fr = await loadRequest(deps.db, frId);
      const sending = await findSendingSource(deps.db, fr.source);
      if (!sending || fr.bigcommerceOrderId === null) return;
      const client = await openStore(deps, sending.source, 'send');
      await finishOrder({ deps, fr, sending, client, at: new Date() });
    },
  };
}

/**
 * Compares the order's lines with the request's (options of a variant were ignored on some stores: facts 15.12), shows a
 * difference, and remembers which line became which. Throws StoreError.
 */
export async function finishOrder(
  scene: Omit<SendScene, 'catalog'>,
  orderId = scene.fr.bigcommerceOrderId,
): Promise<void> {
  const { deps, fr, client } = scene;
  if (orderId === null) return;
  const lines = await listLines(deps.db, fr.id);
  const products = await listOrderProducts(client, orderId);
  const wanted = lines.map(({ productId, variantId, quantity }) => ({
    productId: productId ?? 0,
    variantId,
    quantity,
  }));
  const differences = compareLines(wanted, products);
  const rows = products.map(({ id, ...product }) => ({ ...product, orderProductId: id }));
  // Each is safe to repeat; that the products are remembered says that the order was read back.
  await saveOrderProducts(deps.db, fr.id, pairLines(lines, products));
  // An order that shows no line yet is read back again.
  if (products.length > 0) await showDifferences(scene, differences);
  // After the lines, so that a store that refuses it does not keep them from being compared.
  await writeStateCodes(scene, orderId).catch((error: unknown) => showStateCodeMissing(scene, error));
  await rememberOrderProducts(deps.db, fr.id, rows);
}

/** What a store refuses for good is shown and left; anything else is tried again. */
async function showStateCodeMissing({ deps, fr, at }: Pick<SendScene, 'deps' | 'fr' | 'at'>, error: unknown) {
  if (!(error instanceof StoreError) || error.isTemporary) throw error;
  const flag = 'state_code_not_set';
  if ((await loadRequest(deps.db, fr.id)).flags.includes(flag)) return;
  await addFlag(deps.db, fr.id, flag);
  await addEvent(deps.db, fr.id, { at, event: 'state code not set', by: 'store', detail: error.code });
}

const DIFFER = 'Its lines differ from the request: ';

/** The order was read before the store had all of its lines. */
async function takeDifferencesBack(trx: Executor, { id, explanation }: FulfillmentRequest, at: Date): Promise<void> {
  await removeFlag(trx, id, 'lines_differ');
  const from = explanation.indexOf(` ${DIFFER}`);
  const change = from < 0 ? {} : { explanation: explanation.slice(0, from) };
  await changeRequest(trx, id, change, { at, event: 'lines are the same', by: 'store' });
}

/** Flags what differs, once; and takes the flag away where nothing does any more. */
async function showDifferences({ deps, fr, at }: Pick<SendScene, 'deps' | 'fr' | 'at'>, differences: string[]) {
  await deps.db.transaction().execute(async (trx) => {
    const current = await loadRequest(trx, fr.id, { forUpdate: true });
    const isFlagged = current.flags.includes('lines_differ');
    if (differences.length > 0 === isFlagged) return;
    if (isFlagged) return takeDifferencesBack(trx, current, at);
    await addFlag(trx, fr.id, 'lines_differ');
    const detail = differences.join('; ');
    const explanation = `${current.explanation} ${DIFFER}${detail}.`;
    await changeRequest(trx, fr.id, { explanation }, { at, event: 'lines differ', by: 'store', detail });
  });
}

/** What a POST does not take: the form fields of the addresses with the state's code, where the source has one. */
async function writeStateCodes(
  { deps, fr, client, sending }: Omit<SendScene, 'catalog'>,
  orderId: number,
): Promise<void> {
  const { settings, source } = sending;
  if (settings.stateCodeField === undefined) return;
  const name = settings.stateCodeField;
  const codes = await stateCodesOf({ fr, settings, client, catalog: deps.catalogs(source.storeHash!) });
  if (codes.billing !== null) await setBillingFields(client, orderId, [{ name, value: codes.billing }]);
  if (codes.shipping !== null) await setShippingFields(client, orderId, [{ name, value: codes.shipping }]);
}

/** Which line of the order each line of the request became: same product and variant, and the same quantity first. */
export function pairLines(
  lines: readonly RequestLine[],
  products: readonly OrderProduct[],
): { lineId: string; orderProductId: number }[] {
  const free = [...products];
  return lines.flatMap((line) => {
    const fits = free.filter((product) => isSame(line, product));
    const chosen = fits.find((product) => product.quantity === line.quantity) ?? fits[0];
    if (!chosen) return [];
    free.splice(free.indexOf(chosen), 1);
    return [{ lineId: line.lineId, orderProductId: chosen.id }];
  });
}

function isSame(line: RequestLine, product: OrderProduct): boolean {
  if (line.productId !== product.productId) return false;
  return product.variantId === null || product.variantId === 0 || product.variantId === line.variantId;
}
