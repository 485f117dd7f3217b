import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { ImportProgress } from '../domain/import-progress.ts';

export interface ImportInput {
  source: string;
  trigger: 'manual' | 'schedule';
  /** Set by continue-as-new: the ranges are cut already. */
  resume?: boolean;
}

export interface ImportResult {
  runId: string;
  status: 'completed';
}

export interface Decision {
  /** What to do with the items that the run wants to archive or zero. */
  approved: boolean;
}

/** Archive what the run found missing. Answers what happens; refused while the run does not wait. */
export const approveUpdate = defineUpdate<string>('approve');
/** Keep everything as it is. Answers what happens; refused while the run does not wait. */
export const rejectUpdate = defineUpdate<string>('reject');
/** The same for the Temporal CLI and Web UI; ignored while the run does not wait. */
export const approveSignal = defineSignal('approve');
export const rejectSignal = defineSignal('reject');
/** Where the run stands, in figures and in one sentence. */
export const progressQuery = defineQuery<ImportProgress & { sentence: string }>('progress');
/** One sentence and one instant: why the run is not done yet, and when it goes on by itself. */
export const explainQuery = defineQuery<{ sentence: string; at: string | null }>('explain');
