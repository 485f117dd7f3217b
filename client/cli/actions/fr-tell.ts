import { signalRequest } from '../../../activities/fr-start.ts';
import { amendRequest } from '../../../database/fr-amend.ts';
import type { FulfillmentRequest } from '../../../database/fulfillment-requests.ts';
import { watchRequest } from '../../../database/shipments.ts';
import { findSourceById } from '../../../database/sources.ts';
import { readDocuments } from '../../../domain/fulfillment/read-documents.ts';
import { durationMs } from '../../../domain/duration.ts';
import type { SourceSettings } from '../../../domain/source/source.ts';
import { clientErrorOf, knownError, usageError } from '../../errors.ts';
import type { ExitCode } from '../../errors.ts';
import { refusalOf, requireRequest, tellRequest, tellRequests } from '../../fulfillment-requests.ts';
import type { Order, Told } from '../../fulfillment-requests.ts';
import { requireYes } from '../confirm.ts';
import { colors, createProgress, isInteractive, printJson, printLine, remark } from '../output.ts';
import type { OutputOptions } from '../output.ts';
import { withSession } from '../with-session.ts';
import { choose } from './fr-choose.ts';
import type { ChooseOptions, Verb } from './fr-choose.ts';
import { readText } from './fr-submit.ts';

interface TellOptions extends OutputOptions, ChooseOptions {
  yes?: true | undefined;
  until?: Date | undefined;
  for?: string | undefined;
}

/** Tells one request, or all that a filter names, and answers for each what happened. */
export function tell(verb: Verb, numbers: string[], options: TellOptions): Promise<ExitCode> {
  const order = orderOf(verb, options);
  return withSession(async (session) => {
    const chosen = await choose(session, verb, numbers, options);
    const isOne = numbers.length > 0 && chosen.length === 1;
    // Whoever has written down each number has decided.
    if (numbers.length === 0 && !options.yes) await confirmMany(verb, chosen);
    const progress = createProgress();
    const told = await tellRequests(
      session,
      chosen,
      order,
      (done) => chosen.length > 1 && progress.show(`${done} of ${chosen.length}`),
    );
    progress.end();
    return isOne ? answerOne(told[0]!, options) : answerMany(verb, told, options);
  });
}

const DAY_MS = 86_400_000;
const LONGEST_HOLD_MS = 3650 * DAY_MS;

function orderOf(verb: Verb, options: TellOptions): Order {
  if (verb !== 'hold') return { kind: verb };
  const ms = options.for === undefined ? undefined : durationMs(options.for);
  if (options.for !== undefined && (ms === undefined || ms > LONGEST_HOLD_MS))
    throw usageError(`--for ${options.for} is no time below ten years.`, 'Write it like 90m, 2h or 1d.');
  const until = options.until ?? (ms === undefined ? undefined : new Date(Date.now() + ms));
  if (!until) throw usageError('A hold needs an end.', 'Add --until INSTANT or --for 2h.');
  if (until.getTime() <= Date.now())
    throw usageError(`A hold must end in the future, and ${until.toISOString()} is past.`, 'Give a later instant.');
  return { kind: 'hold', until: until.toISOString() };
}

async function confirmMany(verb: Verb, chosen: FulfillmentRequest[]): Promise<void> {
  if (chosen.length === 0) return;
  if (isInteractive())
    for (const fr of chosen) remark(`${fr.number}  ${fr.source}  ${fr.processing}  ${fr.explanation}`);
  await requireYes({
    question: `${verb} these ${chosen.length} requests?`,
    otherwise: {
      message: `${chosen.length} requests would be told to ${verb}.`,
      hint: 'Look with `bcsource fr list`; then add --yes.',
    },
    no: 'Nothing was done.',
  });
}

/** What became of a request, as other programs read it. */
export function toldDocument({ fr, outcome, answer }: Told) {
  return { number: fr.number, source: fr.source, outcome, answer };
}

/** The same for a person. */
export function toldLine({ outcome, answer }: Told): string {
  return outcome === 'done' ? answer : `${colors.yellow(outcome)}  ${answer}`;
}

/** A single request that refuses or fails is an error; scripts see it by the exit code. */
export function answerOne(told: Told, options: OutputOptions): ExitCode {
  const { fr, outcome, answer, error } = told;
  if (outcome === 'failed') throw error as Error;
  if (outcome === 'refused') throw refusalOf(fr, answer);
  if (options.json) printJson(toldDocument(told));
  else printLine(answer);
  return 0;
}

/** The error that stands beside the answers where some were refused or failed. */
export function errorOf(told: readonly Told[]): { error?: { code: string; message: string; hint: string } } {
  const first = told.find(({ outcome }) => outcome === 'refused' || outcome === 'failed');
  if (!first) return {};
  const code = first.outcome === 'refused' ? 'too_late' : (clientErrorOf(first.error)?.code ?? 'internal');
  return { error: { code, message: first.answer, hint: 'Each has its own answer under `results`.' } };
}

function answerMany(verb: Verb, told: Told[], options: OutputOptions): ExitCode {
  const count = (outcome: Told['outcome']) => told.filter((each) => each.outcome === outcome).length;
  const counts = { done: count('done'), refused: count('refused'), pending: count('pending'), failed: count('failed') };
  // Nothing was done for anybody: it is no matter of a request.
  if (told.length > 0 && counts.failed === told.length) throw told[0]!.error as Error;
  if (options.json) {
    printJson({ ...counts, results: told.map(toldDocument), ...errorOf(told) });
  } else {
    for (const each of told) if (each.outcome !== 'done') printLine(toldLine(each));
    printLine(
      `${verb}: ${counts.done} done, ${counts.refused} refused, ${counts.pending} pending, ${counts.failed} failed.`,
    );
  }
  return counts.refused + counts.failed > 0 ? 1 : 0;
}

export function adopt(number: string, options: OutputOptions & { source?: string; order: number }): Promise<ExitCode> {
  return withSession(async (session) => {
    const fr = await requireRequest(session, number, options.source);
    const told = await tellRequest(session, fr, { kind: 'adopt', orderId: options.order });
    if (told.outcome === 'refused' && told.answer.includes('has no order')) throw knownError('not_found', told.answer);
    return answerOne(told, options);
  });
}

/** Replaces the content of a request that was not sent. */
export function amend(
  file: string,
  options: OutputOptions & { source?: string | undefined; csv?: true | undefined },
): Promise<ExitCode> {
  return withSession<ExitCode>(async (session) => {
    const documents = readDocuments(await readText(file), options.csv ? 'csv' : 'json', 'fr', {
      source: options.source,
    });
    const [only, ...others] = documents;
    if (!only || others.length > 0) throw usageError('An amendment is one document.', 'Give a file with one request.');
    if (!only.result.ok) {
      const { problems } = only.result;
      const lines = problems.map(({ path, reason }) => `${path} ${reason}`.trim());
      throw usageError(
        `${file} was refused and nothing was changed.\n${lines.join('\n')}`,
        'Mend these places and amend it again.',
        { problems },
      );
    }
    const { document } = only.result;
    const fr = await requireRequest(session, document.number, document.source);
    const amended = await amendRequest(await session.database(), fr.id, document, new Date());
    if (amended.outcome === 'sent') {
      const how =
        fr.bigcommerceOrderId === null
          ? 'is being sent'
          : `was already sent as BigCommerce order ${fr.bigcommerceOrderId}`;
      throw refusalOf(fr, `${fr.number} ${how}; nothing was changed.`);
    }
    if (amended.outcome === 'canceled') throw refusalOf(fr, `${fr.number} is canceled; nothing was changed.`);
    const { outcome, differences } = amended;
    // One that says the same may have been amended by a command that could not tell its workflow so.
    const isToCheck = outcome === 'amended' || fr.checkedAt === null;
    if (isToCheck) await signalRequest(await session.temporal(), fr, 'amended');
    const state = outcome === 'same' ? 'says the same already' : 'is amended';
    const answer = `${fr.number} ${state}${isToCheck ? ' and is checked again' : ''}.`;
    if (options.json)
      printJson({
        number: fr.number,
        source: fr.source,
        outcome,
        answer,
        differences,
      });
    else printLine(answer);
    return 0;
  });
}

/** For so long a request is watched by itself. */
const WATCHED_DAYS = 90;

/** Keeps asking for the shipments of a request that has left, or will leave, the lookback period. */
export function watch(
  number: string,
  options: OutputOptions & { source?: string; days?: number | undefined },
): Promise<ExitCode> {
  return withSession<ExitCode>(async (session) => {
    const fr = await requireRequest(session, number, options.source);
    const db = await session.database();
    const { days = WATCHED_DAYS } = options;
    const end = { until: new Date(Date.now() + days * DAY_MS), mayShorten: options.days !== undefined };
    const until = await watchRequest(db, fr.id, end);
    if (!until) throw refusalOf(fr, `${fr.number} is ${fr.processing}: only what was sent can be asked for.`);
    const { shipments } = (await findSourceById(db, fr.sourceId)).settings as Pick<SourceSettings, 'shipments'>;
    const periodEndsAt = new Date(fr.createdAt.getTime() + (shipments?.lookbackDays ?? 0) * DAY_MS);
    const watched = `${fr.number} is watched until ${dayOf(until)}, and asked for with the next run of Get Shipments.`;
    const inAnyCase = ` Its lookback period, in which it is asked for in any case, ends on ${dayOf(periodEndsAt)}.`;
    const answer = periodEndsAt > until ? watched + inAnyCase : watched;
    return answerOne({ fr, outcome: 'done', answer }, options);
  });
}

function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}
