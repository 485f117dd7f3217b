import { SearchAttributeType, defineSearchAttributeKey } from '@temporalio/common';
import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { FrView } from '../activities/fr-desk.ts';

/** Search attributes of a fulfillment request (local/temporal.ts registers them). */
const stateKey = defineSearchAttributeKey('BcFrState', SearchAttributeType.KEYWORD);
const orderKey = defineSearchAttributeKey('BcOrderId', SearchAttributeType.KEYWORD);
const nextStepKey = defineSearchAttributeKey('BcNextStepAt', SearchAttributeType.DATETIME);

/**
 * What people see of a request in Temporal: one sentence as current details and as the answer of the query, and the
 * search attributes, written only when they change.
 */
export function createBoard() {
  let sentence = 'The request was just taken in.';
  let at: string | null = null;
  // As the workflow is started with (activities/fr-start.ts).
  let attributes = JSON.stringify(['processing', null, null]);
  function say(view: FrView): void {
    sentence = view.explanation;
    at = view.nextStepAt;
    setCurrentDetails(sentence);
  }
  return {
    shown: () => ({ sentence, at }),
    /** Only the sentence: the attributes, which cost an event, can wait until the request does. */
    say,
    show(view: FrView): void {
      say(view);
      const now = JSON.stringify([view.processing, view.orderId, view.nextStepAt]);
      if (now === attributes) return;
      attributes = now;
      upsertSearchAttributes([
        { key: stateKey, value: view.processing },
        { key: nextStepKey, value: view.nextStepAt === null ? null : new Date(view.nextStepAt) },
        ...(view.orderId === null ? [] : [{ key: orderKey, value: String(view.orderId) }]),
      ]);
    },
  };
}

export type Board = ReturnType<typeof createBoard>;
