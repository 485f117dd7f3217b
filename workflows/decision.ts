import { ApplicationFailure, condition, setHandler } from '@temporalio/workflow';
import { why } from './failures.ts';
import type { Reason } from './failures.ts';
import { approveSignal, approveUpdate, rejectSignal, rejectUpdate } from './messages.ts';

/** Takes the decision of a person by update (with an answer) or by signal (from the Web UI), both in one place. */
export function decisionHandlers(isWaiting: () => boolean) {
  let approved: boolean | undefined;
  const decide = (answer: boolean) => {
    if (isWaiting()) approved ??= answer;
  };
  const validator = () => {
    if (!isWaiting() || approved !== undefined) {
      throw ApplicationFailure.nonRetryable('The run does not wait for a decision.', 'request_rejected');
    }
  };
  setHandler(approveSignal, () => decide(true));
  setHandler(rejectSignal, () => decide(false));
  setHandler(
    approveUpdate,
    () => {
      decide(true);
      return 'Approved: the items are archived now.';
    },
    { validator },
  );
  setHandler(
    rejectUpdate,
    () => {
      decide(false);
      return 'Rejected: nothing is archived.';
    },
    { validator },
  );
  return {
    /** Null when approved; otherwise why the archive does not happen. */
    async within(waitMs: number): Promise<Reason | null> {
      const decided = await condition(() => approved !== undefined, waitMs);
      if (!decided) return why('approval_expired', 'Nobody approved or rejected the archive in time.');
      return approved ? null : why('rejected_by_person', 'A person rejected the archive; nothing was archived.');
    },
  };
}
