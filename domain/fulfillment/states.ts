import { CONNECTION_CODES } from '../failures.ts';

/** States of a fulfillment request and what messages do to it. Free of libraries: workflows import it. */

export type Processing = 'unprocessed' | 'processing' | 'sending' | 'acknowledged' | 'failed' | 'canceled';
export type Shipping = 'open' | 'partially_shipped' | 'shipped';

/** What a person, a run of the job, or a change elsewhere tells a request. */
export type FrMessage =
  | { kind: 'process' | 'release' | 'cancel' | 'retry' | 'amended' | 'settingsChanged' }
  | { kind: 'hold'; until: string }
  | { kind: 'sendNow'; runId: string }
  | { kind: 'adopt'; orderId: number };

/** What decides on a message. */
export interface FrSituation {
  number: string;
  processing: Processing;
  reasonCode: string | null;
  orderId: number | null;
  /** An order was posted and nobody knows yet whether the store made it. */
  outcomeUnknown: boolean;
}

/** What becomes of a message: done at once, kept until the outcome is known, settled by looking again, or refused. */
export type Verdict =
  | { do: 'process' | 'release' | 'hold' | 'cancel' | 'retry' | 'sendNow' | 'adopt' | 'lookAgain' | 'cancelInStore' }
  | { do: 'nothing'; answer: string }
  | { do: 'refuse'; answer: string };

const RESUMED_BY_CONNECTION = new Set([...CONNECTION_CODES, 'source_not_ready']);

/** Decides what a message does to a request. Pure: the workflow, the command line and the tests' model agree by it. */
export function decideMessage(at: FrSituation, message: FrMessage): Verdict {
  if (at.processing === 'canceled') return ended(at, message, 'is canceled');
  if (at.processing === 'acknowledged') {
    if (message.kind === 'cancel') return { do: 'cancelInStore' };
    return ended(at, message, `was already sent as BigCommerce order ${at.orderId}`);
  }
  switch (message.kind) {
    case 'cancel':
      return at.outcomeUnknown ? { do: 'lookAgain' } : { do: 'cancel' };
    case 'adopt':
      if (at.processing === 'failed' || at.outcomeUnknown) return { do: 'adopt' };
      return refuse(`${at.number} has not failed: there is nothing to settle by adopting an order.`);
    case 'retry':
      if (at.outcomeUnknown) return { do: 'lookAgain' };
      if (at.processing === 'failed') return { do: 'retry' };
      return refuse(`${at.number} has not failed; it is ${at.processing}.`);
    case 'settingsChanged':
      return at.processing === 'failed' && RESUMED_BY_CONNECTION.has(at.reasonCode ?? '') && !at.outcomeUnknown
        ? { do: 'retry' }
        : { do: 'nothing', answer: 'Settings are read again.' };
    case 'amended':
      return at.processing === 'failed' && !at.outcomeUnknown
        ? { do: 'retry' }
        : { do: 'nothing', answer: 'The request is checked again.' };
    default:
      return decideWaiting(at, message);
  }
}

/** Messages that change when a waiting request goes out. */
function decideWaiting(at: FrSituation, message: FrMessage): Verdict {
  if (at.outcomeUnknown && at.processing === 'failed') {
    return refuse(
      `Nobody knows whether the store made the order of ${at.number}: \`bcsource fr adopt ${at.number} --order ID\` where it is there, \`bcsource fr retry ${at.number}\` where it is not.`,
    );
  }
  if (at.outcomeUnknown || at.processing === 'sending') {
    return refuse(`${at.number} is being sent; wait for its outcome.`);
  }
  if (at.processing === 'failed') {
    if (message.kind === 'sendNow') return { do: 'nothing', answer: `${at.number} has failed.` };
    return refuse(`${at.number} has failed (${at.reasonCode}); mend it, then use \`bcsource fr retry ${at.number}\`.`);
  }
  switch (message.kind) {
    case 'process':
      if (at.processing === 'unprocessed') return { do: 'process' };
      return { do: 'nothing', answer: `${at.number} is in processing already.` };
    case 'release':
      return { do: 'release' };
    case 'hold':
      return { do: 'hold' };
    default:
      if (at.processing === 'processing') return { do: 'sendNow' };
      return { do: 'nothing', answer: `${at.number} waits for somebody to process it.` };
  }
}

function ended(at: FrSituation, message: FrMessage, how: string): Verdict {
  if (message.kind === 'cancel') return { do: 'nothing', answer: `${at.number} ${how} already.` };
  if (message.kind === 'settingsChanged' || message.kind === 'amended' || message.kind === 'sendNow') {
    return { do: 'nothing', answer: `${at.number} ${how}.` };
  }
  return refuse(`${at.number} ${how}.`);
}

function refuse(answer: string): Verdict {
  return { do: 'refuse', answer };
}

/** Whether nothing more happens to the request by itself or by its workflow. */
export function isFinal(processing: Processing): boolean {
  return processing === 'acknowledged' || processing === 'canceled';
}
