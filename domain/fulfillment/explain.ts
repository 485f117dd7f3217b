import { failureKinds, fillHint, isFailureCode } from '../failures.ts';
import type { Processing } from './states.ts';

/** What a sentence about a request that does not wait for a time is made of. */
export interface Told {
  number: string;
  source: string;
  processing: Processing;
  reasonCode: string | null;
  orderId: number | null;
  /** When the first attempt to send it began; null or absent where there was none. */
  sendingSince?: Date | null;
  /** What was found wrong, where the words hold nothing of a person: those of our own checks do not. */
  found?: string | undefined;
  /** What to do, where it is not what the code alone says. */
  hint?: string | undefined;
}

/**
 * One sentence on where a request stands. It is shown in the Temporal Web UI too, so it says the code of a failure and
 * what to do, never the words of the store, which may quote an address.
 */
export function explainState(told: Told): string {
  const { number, processing, reasonCode, orderId, sendingSince, found } = told;
  switch (processing) {
    case 'unprocessed':
      return `Unprocessed: waits until somebody processes it with \`bcsource fr process ${number}\`.`;
    case 'processing':
      return 'In processing: goes out as soon as its checks are done.';
    case 'sending':
      return 'Is being sent to the store.';
    case 'acknowledged':
      return `Sent: BigCommerce order ${orderId}.`;
    case 'canceled':
      if (orderId !== null) return `Canceled: BigCommerce order ${orderId} is canceled too.`;
      return sendingSince ? 'Canceled: the store showed no order of what was tried.' : 'Canceled before it was sent.';
    case 'failed':
      return `Failed (${reasonCode})${found ? `: ${sentence(found)}` : '.'} ${fillHint(told.hint ?? hintOf(reasonCode), told)}`;
  }
}

/**
 * Added to what is said of a request of which the store has an order that turned up late, beside its own or though it is
 * canceled. `order` names that one.
 */
export function secondOrderSentence(order: string, processing: Processing): string {
  if (processing === 'failed') return `The store has an order of it, ${order}: \`bcsource fr adopt\` takes it.`;
  if (processing === 'canceled') return `But ${order} of it is in the store and is not canceled: cancel it there.`;
  return `The store has a second order of it, ${order}: cancel that one there, not its own.`;
}

/** What is said of a request, and of such an order where there is one. */
export function withSecondOrder(told: string, order: string | null, processing: Processing): string {
  return order === null ? told : `${told} ${secondOrderSentence(order, processing)}`;
}

function sentence(text: string): string {
  return `${text.replace(/\.$/, '')}.`;
}

function hintOf(code: string | null): string {
  return code !== null && isFailureCode(code) ? failureKinds[code].hint : 'See its timeline.';
}

/** What is wrong with a request that still waits: a hold is time to mend it. Empty when nothing is. */
export function explainProblems(checks: readonly { ok: boolean; message: string }[]): string {
  const problems = checks.filter((check) => !check.ok);
  if (problems.length === 0) return '';
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  return ` It cannot be sent as it stands: ${problems[0]!.message.replace(/\.$/, '')}${more}.`;
}
