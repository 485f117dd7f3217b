import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { counted } from '../../../domain/counted.ts';
import type { DocumentProblem } from '../../../domain/fulfillment/document-problems.ts';
import { readDocuments } from '../../../domain/fulfillment/read-documents.ts';
import { frWorkflowId } from '../../../workflows/ids.ts';
import { knownError, usageError } from '../../errors.ts';
import type { ClientError, ExitCode } from '../../errors.ts';
import { submitRequests } from '../../intake.ts';
import type { FrSubmission, SubmittedRequests } from '../../intake.ts';
import type { Session } from '../../session.ts';
import { colors, createProgress, printJson, printLine, remark } from '../output.ts';
import type { OutputOptions } from '../output.ts';
import { withSession } from '../with-session.ts';
import { STORED } from './order-output.ts';

interface SubmitOptions extends OutputOptions {
  csv?: true | undefined;
  source?: string | undefined;
}

type Refused = FrSubmission & { outcome: 'refused' };

/** Takes in a file of requests. Exit code 2 when any was refused; the others are taken in all the same. */
export async function submit(file: string, options: SubmitOptions): Promise<ExitCode> {
  const text = await readText(file);
  const documents = readDocuments(text, options.csv ? 'csv' : 'json', 'fr', { source: options.source });
  return withSession(async (session) => {
    const progress = createProgress();
    const submitted = await submitRequests(session, documents, {
      onProgress: (sentence) => documents.length > 1 && progress.show(sentence),
    }).finally(() => progress.end());
    const [only] = submitted.results;
    if (only && submitted.results.length === 1) return answerOne(session, only, submitted, { ...options, file });
    return answerMany(session, submitted, options);
  });
}

/** The text of a file or of standard input. Throws ClientError for a file that is not there or not UTF-8. */
export async function readText(file: string): Promise<string> {
  try {
    const bytes = file === '-' ? await buffer(process.stdin) : await readFile(file);
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    const isEncoding = (error as { code?: unknown }).code === 'ERR_ENCODING_INVALID_ENCODED_DATA';
    throw usageError(
      isEncoding ? `${nameOf(file)} is not UTF-8.` : `${file} cannot be read: ${(error as Error).message}.`,
      isEncoding
        ? 'Save it with the encoding UTF-8; spreadsheets call it "CSV UTF-8".'
        : 'Give the path of a file of requests, or - for standard input.',
    );
  }
}

function nameOf(file: string): string {
  return file === '-' ? 'Standard input' : file;
}

function answerOne(
  session: Session,
  result: FrSubmission,
  submitted: SubmittedRequests,
  options: SubmitOptions & { file: string },
): ExitCode {
  if (result.outcome === 'refused') throw refusedOne(result, options.file);
  const { temporal } = submitted;
  const { outcome, number, source, processing } = result;
  const workflowId = frWorkflowId(source, number);
  const webUrl = session.webUrl(workflowId);
  if (options.json) {
    // A list of one has the shape of both: whoever sends lists need not count them.
    const asList = result.place === '' ? {} : manyDocument(session, submitted);
    printJson({ outcome, number, source, processing, workflowId, webUrl, temporal, ...asList });
    return 0;
  }
  printLine(`${number} for ${source} ${outcome === 'known' ? 'was accepted already' : 'is accepted'}: ${processing}.`);
  printLine(`  ${webUrl}`);
  if (temporal === 'unreachable') remark(STORED);
  return 0;
}

function refusedOne(result: Refused, file: string): ClientError {
  const { code, message, problems, differences } = result;
  if (code === 'source_not_found') return knownError(code, message);
  if (code === 'number_taken') return knownError(code, message, { differences });
  if (!problems) return usageError(message, 'Add `fulfillment` to its source file and apply it again.');
  const name = nameOf(file);
  return usageError(
    `${name} was refused and nothing was taken in.\n${problems.map((problem) => `  ${lineOf(problem)}`).join('\n')}`,
    'Mend these places and submit it again.',
    { problems },
  );
}

function lineOf({ path, reason }: DocumentProblem): string {
  return path === '' ? reason : `${path} ${reason}`;
}

function answerMany(session: Session, submitted: SubmittedRequests, options: SubmitOptions): ExitCode {
  const { accepted, known, refused, results, temporal } = submitted;
  if (options.json) printJson(manyDocument(session, submitted));
  else {
    for (const result of results) if (result.outcome === 'refused') printLine(refusedLine(result));
    printLine(`accepted ${accepted}, already known ${known}, refused ${refused}`);
    if (temporal === 'unreachable') remark(STORED);
  }
  return refused > 0 ? 2 : 0;
}

function manyDocument(session: Session, { accepted, known, refused, results, temporal }: SubmittedRequests) {
  const shown = results.map((result) => resultDocument(session, result));
  return { accepted, known, refused, results: shown, temporal, ...errorOf(refused) };
}

/** The error that stands beside the answer where some were refused. */
export function errorOf(refused: number): { error?: { code: string; message: string; hint: string } } {
  if (refused === 0) return {};
  const message = `${counted(refused, 'document was', 'documents were')} refused; the others are taken in.`;
  const hint = 'Mend those whose outcome is refused and submit them again; what was taken in is known by then.';
  return { error: { code: 'invalid_input', message, hint } };
}

/** Row ids are ours alone. */
function resultDocument(session: Session, result: FrSubmission) {
  if (result.outcome === 'refused') return result;
  const { id: _, ...shown } = result;
  const workflowId = frWorkflowId(result.source, result.number);
  return { ...shown, workflowId, webUrl: session.webUrl(workflowId) };
}

function refusedLine({ place, number, code, message }: Refused): string {
  const name = number === null ? '' : ` (${number})`;
  return `${colors.red('refused')} ${place}${name}: ${code === 'invalid_input' ? '' : `${code}: `}${message}`;
}
