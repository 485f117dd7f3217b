import { isTemporalError } from '../activities/temporal-errors.ts';
import { isFailureCode } from '../domain/failures.ts';
import type { FailureCode } from '../domain/failures.ts';

/** Why something in Temporal failed. */
export interface TemporalReason {
  code: FailureCode;
  message: string;
  details?: unknown;
}

const GRPC_NOT_FOUND = 5;

/** The namespace that Temporal does not have, where an error of its client says so; undefined for other errors. */
export function missingNamespace(error: unknown): string | undefined {
  for (const each of withCauses(error)) {
    if (isTemporalError(each, 'NamespaceNotFoundError')) return each.namespace;
    // What is asked of the server itself, beside workflows and schedules, comes as the server said it.
    const { code, message = '' } = each as { code?: unknown; message?: string };
    const name = code === GRPC_NOT_FOUND ? /Namespace (\S+) is not found/.exec(message)?.[1] : undefined;
    if (name !== undefined) return name;
  }
  return undefined;
}

/** Why a workflow or an update of one failed: Temporal wraps what a step threw. Undefined for other errors. */
export function reasonInTemporal(error: unknown): TemporalReason | undefined {
  if (!isTemporalError(error, 'WorkflowUpdateFailedError') && !isTemporalError(error, 'WorkflowFailedError'))
    return undefined;
  const inward = withCauses(error) as { type?: unknown; message?: string; details?: unknown }[];
  const innermost = inward.findLast(({ type }) => isFailureCode(type)) ?? inward.findLast(({ message }) => message)!;
  const { type, message = '', details } = innermost;
  return { code: isFailureCode(type) ? type : 'internal', message, details };
}

/** An error and what caused it, the innermost last. */
function withCauses(error: unknown): object[] {
  const all: object[] = [];
  for (let each = error; typeof each === 'object' && each !== null; each = (each as { cause?: unknown }).cause)
    all.push(each);
  return all;
}

/** Whether nothing was answered in the time that there was. */
export function isSlow(error: unknown): boolean {
  const { code } = ((error as { cause?: unknown }).cause ?? error) as { code?: unknown };
  return code === 4 || code === 1 || isTemporalError(error, 'WorkflowUpdateRPCTimeoutOrCancelledError');
}
