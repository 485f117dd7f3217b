import type {
  ApplicationFailure,
  ScheduleNotFoundError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import type { NamespaceNotFoundError } from '@temporalio/common';

/** The errors of Temporal's client that we tell from others. */
interface TemporalErrors {
  ApplicationFailure: ApplicationFailure;
  NamespaceNotFoundError: NamespaceNotFoundError;
  ScheduleNotFoundError: ScheduleNotFoundError;
  WorkflowExecutionAlreadyStartedError: WorkflowExecutionAlreadyStartedError;
  WorkflowFailedError: WorkflowFailedError;
  WorkflowNotFoundError: WorkflowNotFoundError;
  WorkflowUpdateFailedError: WorkflowUpdateFailedError;
  WorkflowUpdateRPCTimeoutOrCancelledError: WorkflowUpdateRPCTimeoutOrCancelledError;
}

/**
 * Whether Temporal threw an error of this name. By name and not by class: to load the client takes longer than all that
 * most commands do, and many of them never reach Temporal.
 */
export function isTemporalError<N extends keyof TemporalErrors>(error: unknown, name: N): error is TemporalErrors[N] {
  return error instanceof Error && error.name === name;
}
