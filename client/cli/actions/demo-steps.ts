import { testConnection } from '../../../activities/connection.ts';
import { listItems } from '../../../database/items.ts';
import { listRequests } from '../../../database/fulfillment-requests.ts';
import type { JobRun } from '../../../database/runs.ts';
import { listFindings } from '../../../database/runs.ts';
import { firstSourceFile } from '../../../domain/source/first-file.ts';
import { frWorkflowId } from '../../../workflows/ids.ts';
import { knownError } from '../../errors.ts';
import { requireRequest } from '../../fulfillment-requests.ts';
import { followRun, startJob } from '../../jobs.ts';
import { requireSource } from '../../session.ts';
import type { Session } from '../../session.ts';
import { applySource } from '../../sources.ts';
import { slowestPages } from './run-output.ts';
import { colors, printFields, printLine, printTable } from '../output.ts';
import type { Cell } from '../output.ts';

/** What the steps of the tour hand on. */
export interface DemoStory {
  session: Session;
  /** Aborts at Ctrl-C. */
  signal: AbortSignal;
  run: JobRun;
  webUrl: string;
  /** A request that waits for its hold and the business hours. */
  heldNumber: string;
}

export const DEMO_SOURCE = 'acme-supply';
type Say = (text: string) => void;

export async function applyExample(story: DemoStory, say: Say): Promise<void> {
  // The simulated store's own; a real source has them in the environment.
  process.env['BIGCOMMERCE_STORE_HASH'] = 'demo';
  process.env['BIGCOMMERCE_ACCESS_TOKEN'] = 'demo-token';
  const applied = await applySource(story.session, firstSourceFile(DEMO_SOURCE, { autoSend: true }), 'the example');
  say(`${applied.name}, version ${applied.version}; the token is stored encrypted`);
}

export async function connect(story: DemoStory, say: Say): Promise<void> {
  const source = await requireSource(story.session, DEMO_SOURCE);
  const jobs = { inventory: true, fulfillment: true, shipments: false };
  const report = await testConnection(await story.session.dependencies(), source, jobs);
  if (!report.ok)
    throw knownError('scope_missing', `The token lacks ${report.missing.map((advice) => advice.scope).join(', ')}.`);
  const { store } = report;
  say(`${store?.name}: ${store?.currency}, ${store?.weightUnits} and ${store?.dimensionUnits}, plan ${store?.plan}`);
}

export async function importCatalogue(story: DemoStory, say: Say): Promise<void> {
  const started = await startJob(story.session, 'inventory', DEMO_SOURCE);
  story.webUrl = started.webUrl;
  const { run, failure } = await followRun(story.session, started, say, story.signal);
  if (!run || failure || run.status !== 'completed') {
    throw knownError('internal', failure?.message ?? run?.reason ?? 'The import left no record.');
  }
  story.run = run;
  const ms = run.finishedAt!.getTime() - run.startedAt.getTime();
  say(
    `${run.counts['products']} products, ${run.counts['items']} items in ${(ms / 1000).toFixed(1)} s with ${run.requests} requests`,
  );
}

/** Prints counts, the strangest of what was met, one item in full, the link and what to try next. */
export async function tellWhatHappened({ session, run, webUrl, heldNumber }: DemoStory, stops: boolean): Promise<void> {
  const db = await session.database();
  heading('Counts');
  printFields({ ...run.counts, requests: run.requests });
  heading('The slowest of what was met');
  await printTable(
    ['products', 'ids', 'ms'],
    slowestPages(run).map((page) => [page.products, `${page.afterId + 1} to ${page.lastId}`, page.ms]),
  );
  heading('The strangest of what was met');
  await printStrangest(await listFindings(db, run.id, { limit: 100_000 }));
  heading('One item in full');
  const [item] = await listItems(db, run.sourceId, { sku: 'INHERIT-B' }, { limit: 1 });
  const [first] = item ? [item] : await listItems(db, run.sourceId, {}, { limit: 1 });
  if (first) printFields(asCells(first));
  heading('Requests, newest first');
  await printTable(
    ['request', 'processing', 'BigCommerce order', 'explanation'],
    (await listRequests(db, {}, { limit: 5 })).map((fr) => [
      fr.number,
      fr.processing,
      fr.bigcommerceOrderId,
      fr.explanation,
    ]),
  );
  const held = await requireRequest(session, heldNumber);
  heading('Look around');
  printLine(`The import in the Temporal Web UI:        ${webUrl}`);
  printLine(`The request on hold, with Send a Signal:  ${session.webUrl(frWorkflowId(held.source, held.number))}`);
  if (stops) return;
  printLine('Commands to try next:');
  const commands = [
    `inventory list ${DEMO_SOURCE} --brand "${first?.brand ?? 'ACME'}"`,
    `mapping test ${DEMO_SOURCE} --sku ${first?.sku ?? 'SKU'}`,
    `runs show ${run.id.slice(0, 13)} --rejected`,
    `inventory import ${DEMO_SOURCE} --wait     # the second time: nothing changed, nothing is written`,
    `fr show ${heldNumber}`,
    `fr preview ${heldNumber}              # what would be posted, when, and each check`,
    `fr release ${heldNumber}              # sends it now, or: fr cancel, fr hold --for 3h`,
    `fr list --watch`,
    `shipments list --since 0             # what other systems read: created, corrected, removed`,
    `schedule list`,
    `stop`,
  ];
  for (const command of commands) printLine(`  npx bcsource ${command}`);
}

function heading(text: string): void {
  printLine(`\n${colors.bold(text)}`);
}

/** Some of each kind, rather than a hundred of one. */
async function printStrangest(findings: Awaited<ReturnType<typeof listFindings>>): Promise<void> {
  const byCode = new Map<string, typeof findings>();
  for (const finding of findings) byCode.set(finding.code, [...(byCode.get(finding.code) ?? []), finding]);
  const rows: Cell[][] = [];
  for (const [code, group] of byCode) {
    for (const { kind, productId, sku, message } of group.slice(0, 2)) {
      rows.push([kind, productId, sku === null ? '' : JSON.stringify(sku), message]);
    }
    if (group.length > 2) rows.push(['', '', '', `… and ${group.length - 2} more: ${code}`]);
  }
  await printTable(['what', 'product', 'SKU', 'why'], rows);
}

function asCells(item: object): Record<string, Cell> {
  const cells = Object.entries(item).map(([key, value]): [string, Cell] => {
    if (value instanceof Date) return [key, value.toISOString()];
    const text = value !== null && typeof value === 'object' ? JSON.stringify(value) : (value as Cell);
    return [key, typeof text === 'string' && text.length > 100 ? `${text.slice(0, 100)}…` : text];
  });
  return Object.fromEntries(cells);
}
