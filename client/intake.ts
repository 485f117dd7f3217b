import { acceptMany } from '../database/fr-intake.ts';
import type { AcceptedFr, FrIntake } from '../database/fr-intake.ts';
import { findSource } from '../database/sources.ts';
import type { Processing } from '../domain/fulfillment/states.ts';
import { withoutAddresses } from '../domain/fulfillment/digest.ts';
import type { Difference } from '../domain/fulfillment/digest.ts';
import type { FrDocument } from '../domain/fulfillment/document.ts';
import type { DocumentProblem } from '../domain/fulfillment/document-problems.ts';
import type { ReadDocument } from '../domain/fulfillment/read-documents.ts';
import { notFound } from './errors.ts';
import { startFrWorkflows } from './fr-workflows.ts';
import { temporalSettings } from './session.ts';
import type { Session } from './session.ts';

export type FrSubmission = {
  /** Where in the file, e.g. `line 3`; empty for a file of one document. */
  place: string;
  number: string | null;
  source: string | null;
} & (
  | { outcome: 'accepted' | 'known'; id: number; number: string; source: string; processing: Processing }
  | {
      outcome: 'refused';
      code: 'invalid_input' | 'source_not_found' | 'number_taken';
      message: string;
      problems?: DocumentProblem[];
      differences?: Difference[];
    }
);

export interface SubmittedRequests {
  accepted: number;
  known: number;
  refused: number;
  /** One a document, in their order. */
  results: FrSubmission[];
  /** `unreachable`: Temporal did not answer; what was accepted is stored and is started as soon as it does. */
  temporal: 'started' | 'unreachable';
}

export interface SubmitOptions {
  onProgress?: (sentence: string) => void;
  /** Starts the workflows of these requests; safe to repeat. By default {@link startFrWorkflows}. */
  startFr?: typeof startFrWorkflows;
  now?: () => Date;
}

/** Requests that share a transaction, and a burst of starts: some hundreds cost little more than one. */
const CHUNK = 200;

/**
 * Takes in what was read from a file, each document by itself, and then starts the workflows of what was taken in. When
 * it returns, everything accepted is in Postgres, also when Temporal did not answer. Safe to repeat with the same file.
 */
export async function submitRequests(
  session: Session,
  documents: readonly ReadDocument<FrDocument>[],
  options: SubmitOptions = {},
): Promise<SubmittedRequests> {
  // Nothing is stored that a wrong setting keeps from being started.
  temporalSettings();
  const results: FrSubmission[] = [];
  const findTarget = targets(session);
  for (let from = 0; from < documents.length; from += CHUNK) {
    results.push(...(await acceptChunk(session, documents.slice(from, from + CHUNK), findTarget, options)));
    options.onProgress?.(`Read: ${results.length} of ${documents.length}.`);
  }
  const temporal = await startAll(session, results, options);
  const count = (outcome: FrSubmission['outcome']) => results.filter((result) => result.outcome === outcome).length;
  return { accepted: count('accepted'), known: count('known'), refused: count('refused'), results, temporal };
}

type Target = { id: number; autoSend: boolean } | { refused: Refusal };
type Refusal = Pick<FrSubmission & { outcome: 'refused' }, 'outcome' | 'code' | 'message'>;

/** Looks each source up once. */
function targets(session: Session): (name: string) => Promise<Target> {
  const known = new Map<string, Promise<Target>>();
  return (name) => {
    const target = known.get(name) ?? findTarget(session, name);
    known.set(name, target);
    return target;
  };
}

async function findTarget(session: Session, name: string): Promise<Target> {
  const source = await findSource(await session.database(), name);
  if (!source) return { refused: refusal('source_not_found', notFound('source', name).message) };
  const settings = source.settings['fulfillment'] as { autoSend?: boolean } | undefined;
  if (settings) return { id: source.id, autoSend: settings.autoSend === true };
  return { refused: refusal('invalid_input', `Source ${name} has no fulfillment settings: it takes no requests.`) };
}

function refusal(code: Refusal['code'], message: string): Refusal {
  return { outcome: 'refused', code, message };
}

async function acceptChunk(
  session: Session,
  documents: readonly ReadDocument<FrDocument>[],
  targetOf: (name: string) => Promise<Target>,
  options: SubmitOptions,
): Promise<FrSubmission[]> {
  const intakes: FrIntake[] = [];
  const answers: ((accepted: readonly AcceptedFr[]) => FrSubmission)[] = [];
  const now = options.now?.() ?? new Date();
  for (const { place, number, source, result } of documents) {
    const named = { place, number, source };
    if (!result.ok) {
      const { problems } = result;
      answers.push(() => ({ ...named, ...refusal('invalid_input', sentence(problems)), problems }));
      continue;
    }
    const target = await targetOf(result.document.source);
    if ('refused' in target) {
      answers.push(() => ({ ...named, ...target.refused }));
      continue;
    }
    const index = intakes.length;
    intakes.push({ source: target, document: result.document, autoSend: target.autoSend, now });
    answers.push((accepted) => answerOf(place, result.document.source, accepted[index]!));
  }
  const accepted = intakes.length > 0 ? await acceptMany(await session.database(), intakes) : [];
  return answers.map((answer) => answer(accepted));
}

/** Said where the content differs in nothing that is still known. */
export const FORGOTTEN = 'what differs was forgotten with `fr forget`';

function answerOf(place: string, source: string, accepted: AcceptedFr): FrSubmission {
  const { outcome, id, number, processing, differences } = accepted;
  if (outcome !== 'conflict') return { place, number, source, outcome, id, processing };
  const paths = differences.map(({ path }) => path).join(', ');
  const what = paths === '' ? FORGOTTEN : `${paths} ${differences.length === 1 ? 'differs' : 'differ'}`;
  const message = `Source ${source} has request ${number} with other content: ${what}.`;
  return { place, number, source, ...refusal('number_taken', message), differences: withoutAddresses(differences) };
}

/** The problems of a document as one sentence. */
function sentence(problems: readonly DocumentProblem[]): string {
  return problems.map(({ path, reason }) => (path === '' ? reason : `${path} ${reason}`)).join('; ');
}

/** Requests that were there before are started too: their first start may have been lost. */
async function startAll(
  session: Session,
  results: readonly FrSubmission[],
  { startFr = startFrWorkflows, onProgress }: SubmitOptions,
): Promise<SubmittedRequests['temporal']> {
  const open = results.flatMap((result) => {
    if (result.outcome === 'refused' || isFinal(result.processing)) return [];
    const { id, source, number } = result;
    return [{ id, source, number }];
  });
  for (let from = 0; from < open.length; from += CHUNK) {
    // One that does not answer is not asked again for the rest: each time costs its time limit.
    if ((await startFr(session, open.slice(from, from + CHUNK))).unreachable) return 'unreachable';
    onProgress?.(`Started: ${Math.min(from + CHUNK, open.length)} of ${open.length}.`);
  }
  return 'started';
}

function isFinal(processing: Processing): boolean {
  return processing === 'acknowledged' || processing === 'canceled';
}
