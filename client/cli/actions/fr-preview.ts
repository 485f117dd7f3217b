import { previewRequest } from '../../../activities/fr-preview.ts';
import { requireRequest } from '../../fulfillment-requests.ts';
import { colors, printJson, printLine } from '../output.ts';
import type { OutputOptions } from '../output.ts';
import { withSession } from '../with-session.ts';

export function preview(number: string, options: OutputOptions & { source?: string | undefined }): Promise<void> {
  return withSession(async (session) => {
    const fr = await requireRequest(session, number, options.source);
    const { sendAt, explanation, body, checks } = await previewRequest(await session.dependencies(), fr);
    if (options.json) return printJson({ number: fr.number, source: fr.source, sendAt, explanation, body, checks });
    // Of a request that has ended or failed, the sentence says all there is to say.
    const isOpen = fr.processing === 'unprocessed' || fr.processing === 'processing';
    const would = isOpen && sendAt ? ` would go out ${sendAt.toISOString()}.` : ':';
    printLine(`${colors.bold(fr.number)}${would} ${explanation}`);
    for (const { code, ok, message } of checks)
      printLine(`${ok ? colors.green('ok     ') : colors.red('problem')}  ${code}: ${message}`);
    printLine(colors.bold('What would be posted to /v2/orders:'));
    printLine(body ? JSON.stringify(body, null, 2) : 'nothing: no order can be made of it as it stands.');
  });
}
