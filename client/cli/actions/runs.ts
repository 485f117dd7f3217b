import { findRun, listFindings, listRuns, runIdsBeginning } from '../../../database/runs.ts';
import type { JobRun, StoredFinding } from '../../../database/runs.ts';
import { notFound, usageError } from '../../errors.ts';
import { cancelRun } from '../../jobs.ts';
import { requireSource } from '../../session.ts';
import type { Session } from '../../session.ts';
import { printFields, printJson, printJsonList, printLine, printTable } from '../output.ts';
import type { OutputOptions } from '../output.ts';
import { withSession } from '../with-session.ts';
import { printOutcome, runDocument, slowestPages } from './run-output.ts';

export function list(options: OutputOptions & { source?: string; limit: number }): Promise<void> {
  return withSession(async (session) => {
    const source = options.source ? await requireSource(session, options.source) : undefined;
    const filter = { limit: options.limit, ...(source ? { sourceId: source.id } : {}) };
    const runs = await listRuns(await session.database(), filter);
    if (options.json) {
      const documents = runs.map((run) => runDocument(run, session.webUrl(run.workflowId, run.id)));
      return printJsonList(documents, options);
    }
    await printTable(
      ['run', 'source', 'job', 'status', 'started', 'seconds', 'items', 'why'],
      runs.map((run) => [
        run.id.slice(0, 13),
        run.source,
        run.job,
        run.status,
        run.startedAt.toISOString(),
        seconds(run),
        run.counts['items'],
        run.reasonCode,
      ]),
    );
  });
}

/** What a run that is asked to end does all the same. */
const STAYS: Record<JobRun['job'], string> = {
  inventory: 'Unless it archives already, it archives nothing.',
  refresh: 'What it has read is written.',
  send: 'Requests that it has let go are sent all the same.',
  shipments: 'What it has read is written.',
};

function seconds(run: JobRun): number {
  return Math.round(((run.finishedAt ?? new Date()).getTime() - run.startedAt.getTime()) / 1000);
}

/** Of several runs that may be meant, so many are named. */
const NAMED = 5;

async function requireRun(session: Session, id: string): Promise<JobRun> {
  const db = await session.database();
  const run = await findRun(db, id);
  if (run) return run;
  const alike = await runIdsBeginning(db, id, NAMED + 1);
  if (alike.length === 0) throw notFound('run', id);
  const runs = alike.slice(0, NAMED);
  const more = alike.length > NAMED ? ' and more' : '';
  throw usageError(`More than one run begins with ${id}: ${runs.join(', ')}${more}.`, 'Give more of the id.', { runs });
}

interface ShowOptions extends OutputOptions {
  rejected?: true;
  skipped?: true;
  warnings?: true;
  limit: number;
}

export function show(id: string, options: ShowOptions): Promise<void> {
  return withSession(async (session) => {
    const run = await requireRun(session, id);
    const db = await session.database();
    const cut: string[] = [];
    const find = async (name: 'rejected' | 'skipped' | 'warnings', kind: StoredFinding['kind']) => {
      if (!options[name]) return undefined;
      const found = await listFindings(db, run.id, { kind, limit: options.limit + 1 });
      if (found.length > options.limit) cut.push(name);
      return found.slice(0, options.limit);
    };
    const lists = {
      rejected: await find('rejected', 'rejected'),
      skipped: await find('skipped', 'skipped'),
      warnings: await find('warnings', 'warning'),
    };
    const webUrl = session.webUrl(run.workflowId, run.id);
    if (options.json) return printJson({ ...runDocument(run, webUrl), ...lists, cut });
    printOutcome(run.source, run);
    printFields({ run: run.id, started: run.startedAt.toISOString(), seconds: seconds(run), 'Web UI': webUrl });
    const [slowest] = slowestPages(run);
    if (slowest)
      printLine(`Slowest page: ${slowest.products} products from id ${slowest.afterId + 1} in ${slowest.ms} ms`);
    for (const [name, findings] of Object.entries(lists)) {
      if (findings) await printFindings(name, findings, cut.includes(name));
    }
  });
}

async function printFindings(name: string, findings: StoredFinding[], isCut: boolean): Promise<void> {
  printLine(`${name}: ${isCut ? `the first ${findings.length}; there are more (--limit)` : findings.length}`);
  await printTable(
    ['product', 'variant', 'SKU', 'code', 'message'],
    findings.map((row) => [
      row.productId,
      row.variantId,
      row.sku === null ? '' : JSON.stringify(row.sku),
      row.code,
      row.message,
    ]),
  );
}

export function cancel(id: string, options: OutputOptions): Promise<void> {
  return withSession(async (session) => {
    const run = await requireRun(session, id);
    await cancelRun(session, run);
    if (options.json) return printJson({ runId: run.id, asked: true });
    printLine(`Run ${run.id} of ${run.source} is asked to end. ${STAYS[run.job]}`);
    printLine(`  how it ended: bcsource runs show ${run.id}`);
  });
}
