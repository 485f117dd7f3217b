import { counted } from '../counted.ts';
import { CONNECTION_CODES, fillHint } from '../failures.ts';
import { jobTitles } from '../jobs.ts';
import type { JobKind } from '../jobs.ts';
import { correctionsLine } from '../run-counts.ts';
import type { Notice } from './notice.ts';

/** A run as a notice needs it. */
export interface ToldRun {
  id: string;
  source: string;
  job: JobKind;
  workflowId: string;
  status: string;
  reasonCode: string | null;
  reason: string | null;
  hint: string | null;
  counts: Record<string, number>;
  startedAt: Date;
  finishedAt: Date | null;
  /** What the run before it refused; null where there was none. */
  rejectedBefore: number | null;
  /** Requests that still wait and cannot be sent as they stand, and how many of them no notice has told of. */
  problems: number;
  newProblems: number;
  /** The store has uninstalled the app, which is told as an alarm. */
  isUninstalled: boolean;
}

const words: Record<string, string> = {
  completed: 'completed',
  failed: 'failed',
  canceled: 'was canceled',
  waiting_for_approval: 'waits for approval',
};

interface Need {
  line: string;
  command: string;
}

/** What a run says to those who asked to hear of it, and whether somebody has to do something. */
export function runNotice(run: ToldRun, at: Date): { notice: Notice; isProblem: boolean } {
  const needs = needsOf(run);
  const isBad = run.status === 'failed' || run.status === 'waiting_for_approval' || run.reasonCode === 'run_lost';
  const hint = run.hint && fillHint(run.hint, run);
  const corrections = correctionsLine(run.job, run.counts);
  const lines = [countsLine(run.counts), ...(corrections ? [corrections] : [])];
  if (run.reason) lines.push(`Why: ${run.reason}`);
  if (hint && isBad) lines.push(`What to do: ${hint}`);
  lines.push(...needs.map(({ line }) => line));
  const commands = [...needs.map(({ command }) => command), `bcsource runs show ${run.id}`];
  const { id: runId, workflowId, source, job, status, counts } = run;
  const reason = run.reasonCode ? { code: run.reasonCode, message: run.reason, hint } : null;
  const notice: Notice = {
    type: status === 'waiting_for_approval' ? 'run.waiting' : 'run.ended',
    ...{ source, at: at.toISOString(), lines, commands, run: { workflowId, runId } },
    title: `${source}: ${jobTitles[job]} ${words[status] ?? status}`,
    data: { runId, workflowId, job, status, counts, reason },
  };
  // One message of an app that was uninstalled is enough, whatever was under way.
  const isToldOf = run.isUninstalled && CONNECTION_CODES.has(run.reasonCode ?? '');
  return { notice, isProblem: (isBad && !isToldOf) || needs.length > 0 };
}

function countsLine(counts: Record<string, number>): string {
  const told = Object.entries(counts).filter(([, value]) => value !== 0);
  if (told.length === 0) return 'Nothing to do.';
  return `Counts: ${told.map(([name, value]) => `${value} ${name}`).join(', ')}.`;
}

function needsOf(run: ToldRun): Need[] {
  const { id, source, job, status, counts, rejectedBefore } = run;
  const { rejected = 0, failed = 0 } = counts;
  const needs: Need[] = [];
  if (status === 'waiting_for_approval')
    needs.push({ line: 'It waits for a person.', command: `bcsource inventory approve ${source} --show` });
  // The same refused products at every run are old news.
  if (job === 'inventory' && rejected > (rejectedBefore ?? 0)) {
    const line = `${counted(rejected, 'product or variant was', 'products or variants were')} refused, ${rejectedBefore ?? 0} the time before.`;
    needs.push({ line, command: `bcsource runs show ${id} --rejected` });
  }
  const list = `bcsource fr list --source ${source}`;
  if (job === 'send' && failed > 0)
    needs.push({
      line: counted(failed, 'request failed and needs a person.', 'requests failed and need a person.'),
      command: `${list} --state failed`,
    });
  // Told while they wait, and once: a hold is time to mend them.
  if (job === 'send' && run.newProblems > 0) {
    const [one, more] = ['request cannot be sent as it stands.', 'requests cannot be sent as they stand.'];
    needs.push({ line: counted(run.problems, `waiting ${one}`, `waiting ${more}`), command: `${list} --problems` });
  }
  if (job === 'shipments') needs.push(...needsOfShipments(counts, source));
  return needs;
}

/** What Get Shipments found that somebody should look at: the count, what it means for one and for more, and where they are listed. */
function needsOfShipments(counts: Record<string, number>, source: string): Need[] {
  const list = (flag: string) => `bcsource fr list --source ${source} --flag ${flag}`;
  const found: [count: string, one: string, more: string, command: string][] = [
    [
      'unmatched',
      'shipped item matches no line.',
      'shipped items match no line.',
      `bcsource shipments list --source ${source}`,
    ],
    [
      'lateOrders',
      'order turned up in the store whose request is canceled or has another order.',
      'orders turned up in the store whose requests are canceled or have another order.',
      list('second_order'),
    ],
    [
      'deletedOrders',
      'order was deleted in the store before everything had shipped.',
      'orders were deleted in the store before everything had shipped.',
      list('order_deleted'),
    ],
    [
      'foreignOrders',
      "order number is somebody else's in the store now.",
      "order numbers are somebody else's in the store now.",
      list('order_foreign'),
    ],
    [
      'expired',
      'request left the lookback period unshipped.',
      'requests left the lookback period unshipped.',
      list('expired'),
    ],
  ];
  return found
    .filter(([count]) => (counts[count] ?? 0) > 0)
    .map(([count, one, more, command]) => ({ line: counted(counts[count]!, one, more), command }));
}
