import { previewRequest } from '../../../activities/fr-preview.ts';
import type { FulfillmentRequest } from '../../../database/fulfillment-requests.ts';
import { isFinal } from '../../../domain/fulfillment/states.ts';
import { naming } from '../../errors.ts';
import { requireRequest } from '../../fulfillment-requests.ts';
import { colors, printJson, printLine } from '../output.ts';
import type { OutputOptions } from '../output.ts';
import { withSession } from '../with-session.ts';

export function preview(number: string, options: OutputOptions & { source?: string | undefined }): Promise<void> {
  return withSession(async (session) => {
    const fr = await requireRequest(session, number, options.source);
    const deps = await session.dependencies();
    const { sendAt, explanation, body, checks } = await naming(fr, () => previewRequest(deps, fr));
    const { source, processing, bigcommerceOrderId } = fr;
    if (options.json)
      return printJson({
        ...{ number: fr.number, source, processing, bigcommerceOrderId },
        ...{ sendAt, explanation, body, checks },
      });
    printLine(`${colors.bold(fr.number)}${standing(fr, sendAt, explanation)}`);
    for (const { code, ok, message } of checks)
      printLine(`${ok ? colors.green('ok     ') : colors.red('problem')}  ${code}: ${message}`);
    printLine(
      colors.bold(
        isFinal(processing) ? 'Its order, as it would be made today:' : 'What would be posted to /v2/orders:',
      ),
    );
    printLine(body ? JSON.stringify(body, null, 2) : 'nothing: no order can be made of it as it stands.');
  });
}

/** What becomes of it, behind its number. */
export function standing(
  fr: Pick<FulfillmentRequest, 'processing' | 'bigcommerceOrderId'>,
  sendAt: Date | null,
  explanation: string,
): string {
  const { processing, bigcommerceOrderId } = fr;
  if (isFinal(processing)) {
    const sent = bigcommerceOrderId === null ? '' : ` was sent already as BigCommerce order ${bigcommerceOrderId}`;
    const ended = processing === 'canceled' ? `${sent && ' and'} is canceled` : '';
    return `${sent}${ended}; nothing would be posted.`;
  }
  // Of a request that has failed, the sentence says all there is to say.
  const isOpen = processing === 'unprocessed' || processing === 'processing';
  return `${isOpen && sendAt ? ` would go out ${sendAt.toISOString()}.` : ':'} ${explanation}`;
}
