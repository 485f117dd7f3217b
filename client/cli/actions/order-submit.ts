import type { DocumentProblem } from '../../../domain/fulfillment/document-problems.ts';
import { readDocuments } from '../../../domain/fulfillment/read-documents.ts';
import { knownError, usageError } from '../../errors.ts';
import type { ClientError, ExitCode } from '../../errors.ts';
import { previewOrder, submitOrders } from '../../orders.ts';
import type { OrderPreview, OrderSubmission, SubmittedOrders } from '../../orders.ts';
import type { Session } from '../../session.ts';
import { colors, createProgress, printJson, printLine, remark } from '../output.ts';
import type { OutputOptions } from '../output.ts';
import { withSession } from '../with-session.ts';
import { errorOf, readText } from './fr-submit.ts';
import { STORED, frDocument, printRouting, printState } from './order-output.ts';

interface FileOptions extends OutputOptions {
  csv?: true | undefined;
}

type Refused = OrderSubmission & { outcome: 'refused' };

async function readOrders(file: string, { csv }: FileOptions) {
  return readDocuments(await readText(file), csv ? 'csv' : 'json', 'order');
}

/**
 * Takes in a file of orders and routes them. Exit code 2 when any was refused; the others are taken in all the same. An
 * order that no source can ship now is accepted: it stays open and says why.
 */
export async function submit(file: string, options: FileOptions): Promise<ExitCode> {
  const documents = await readOrders(file, options);
  return withSession(async (session) => {
    const progress = createProgress();
    const submitted = await submitOrders(session, documents, {
      onProgress: (sentence) => documents.length > 1 && progress.show(sentence),
    }).finally(() => progress.end());
    const [only] = submitted.results;
    if (only && submitted.results.length === 1) return answerOne(session, only, submitted, { ...options, file });
    return answerMany(session, submitted, options);
  });
}

function answerOne(
  session: Session,
  result: OrderSubmission,
  { temporal }: SubmittedOrders,
  options: FileOptions & { file: string },
): ExitCode {
  if (result.outcome === 'refused') throw refusedOne(result, options.file);
  const document = taken(session, result);
  if (options.json) {
    printJson({ ...document, temporal });
    return 0;
  }
  printState(
    result.number,
    result.state,
    result.outcome === 'known' ? ' was accepted already and' : ' is accepted and',
  );
  if (result.state !== 'canceled') printRouting(result.routing);
  for (const { webUrl } of document.frs) printLine(`  ${webUrl}`);
  if (temporal === 'unreachable') remark(STORED);
  return 0;
}

function taken(session: Session, result: Exclude<OrderSubmission, Refused>) {
  const { outcome, number, state, frs, routing } = result;
  return { outcome, number, state, frs: frs.map((fr) => frDocument(session, fr)), routing };
}

function refusedOne({ code, message, problems, differences }: Refused, file: string): ClientError {
  if (code === 'number_taken' || !problems) return knownError('number_taken', message, { differences });
  return refusedFile(file, problems);
}

function refusedFile(file: string, problems: readonly DocumentProblem[]): ClientError {
  const name = file === '-' ? 'Standard input' : file;
  const lines = problems.map(({ path, reason }) => (path === '' ? reason : `${path} ${reason}`));
  return usageError(
    `${name} was refused and nothing was taken in.\n${lines.map((line) => `  ${line}`).join('\n')}`,
    'Mend these places and submit it again.',
    { problems },
  );
}

function answerMany(session: Session, submitted: SubmittedOrders, options: OutputOptions): ExitCode {
  const { accepted, known, refused, open, results, temporal } = submitted;
  if (options.json) {
    const shown = results.map((result) =>
      result.outcome === 'refused' ? result : { place: result.place, ...taken(session, result) },
    );
    printJson({ accepted, known, refused, open, results: shown, temporal, ...errorOf(refused) });
  } else {
    for (const result of results) printRemarkable(result);
    printLine(`accepted ${accepted}, already known ${known}, refused ${refused}; open ${open}`);
    if (temporal === 'unreachable') remark(STORED);
  }
  return refused > 0 ? 2 : 0;
}

/** Of many orders only those are told of that somebody should look at. */
function printRemarkable(result: OrderSubmission): void {
  if (result.outcome === 'refused') {
    const name = result.number === null ? '' : ` (${result.number})`;
    printLine(`${colors.red('refused')} ${result.place}${name}: ${result.message}`);
  } else if (result.state === 'canceled') {
    printLine(`${colors.yellow('canceled')} ${result.place} (${result.number}): it is not routed any more.`);
  } else if (result.routing?.routed === false) {
    printLine(`${colors.yellow('open')} ${result.place} (${result.number}): ${result.routing.why}`);
  }
}

/** Who would ship these orders. Exit code 2 when one of them would be refused. */
export async function preview(file: string, options: FileOptions): Promise<void> {
  const documents = await readOrders(file, options);
  return withSession(async (session) => {
    const problems = documents.flatMap(({ place, result }) => (result.ok ? [] : placed(result.problems, place)));
    if (problems.length > 0) throw refusedFile(file, problems);
    const previews: OrderPreview[] = [];
    for (const { result } of documents) if (result.ok) previews.push(await previewOrder(session, result.document));
    if (options.json) printJson(previews.length === 1 ? previews[0] : previews);
    else previews.forEach(printPreview);
  });
}

/** With the place of the document in the file, where it has several. */
function placed(problems: readonly DocumentProblem[], place: string): DocumentProblem[] {
  return problems.map(({ path, reason }) => ({ path: [place, path].filter((part) => part !== '').join(' '), reason }));
}

function printPreview({ number, stored, routing }: OrderPreview): void {
  printLine(`${number} ${routing.routed ? 'would be routed' : colors.yellow('could not be routed now')}.`);
  if (stored === 'routed') {
    printLine(
      `  It is stored and routed already (\`bcsource order show ${number}\`); what it took counts as taken here.`,
    );
  }
  if (stored === 'canceled') printLine('  It is stored and canceled: it is not routed any more.');
  printRouting(routing);
}
