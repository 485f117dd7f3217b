import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { SyncProgress } from '../activities/shipments-sync.ts';
import type { ImportProgress } from '../domain/import-progress.ts';
import type { Reason } from './failures.ts';

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

export interface FrInput {
  /** Row of the request; everything else is read from Postgres. */
  frId: number;
  source: string;
  number: string;
}

export interface FrResult {
  processing: 'acknowledged' | 'canceled' | 'gone';
}

/** Put an unprocessed request into processing: its hold begins. Answers what happens; refused where it cannot be. */
export const processUpdate = defineUpdate<string>('process');
/** Skip the waits: hold, business hours and schedule. */
export const releaseUpdate = defineUpdate<string>('release');
export const releaseSignal = defineSignal('release');
/** Hold the request until an instant (ISO 8601); it replaces the hold of the settings. */
export const holdUpdate = defineUpdate<string, [until: string]>('hold');
/** Cancel: at once while nothing was posted, after the true outcome otherwise. */
export const cancelUpdate = defineUpdate<string>('cancel');
export const cancelSignal = defineSignal('cancel');
/** Try a failed request again; look once more for an order whose outcome is unknown. */
export const retryUpdate = defineUpdate<string>('retry');
export const retrySignal = defineSignal('retry');
/** Take an order of the store for the one of this request. Refused where the store has no such order. */
export const adoptUpdate = defineUpdate<string, [orderId: number]>('adopt');
/** Settings, connection or the request itself have changed: look at everything again. */
export const settingsChangedSignal = defineSignal('settingsChanged');
/** The request was amended: check it again, and try it again when it had failed. */
export const amendedSignal = defineSignal('amended');
/** A run of the job lets the request go. */
export const sendNowSignal = defineSignal<[runId: string]>('sendNow');

export interface SendInput {
  source: string;
  trigger: 'manual' | 'schedule';
}

export interface SendResult {
  runId: string;
  status: 'completed';
}

export interface CancelInput extends FrInput {
  /** Who asked for it: shown in the timeline. */
  by: string;
}

export interface CancelResult {
  canceled: boolean;
  /** One sentence: what happened, or why it cannot be canceled any more. */
  answer: string;
}

/** Where a run of Get Shipments goes on. */
export interface SyncResume {
  phase: 'changed' | 'due';
  startedAt: string;
  /** Place in the list of changed orders. */
  after?: SyncProgress['after'];
  /** Why the list of changed orders could not be read: told when what is due was asked for. */
  unlisted?: Reason;
}

export interface SyncInput {
  source: string;
  trigger: 'manual' | 'schedule';
  /** Ask for every request in the lookback period, due or not. */
  all?: boolean;
  /** Ask for this request only. */
  frId?: number;
  /** Set by continue-as-new: how far the run has come. */
  resume?: SyncResume;
}

export interface SyncResult {
  runId: string;
  status: 'completed';
}

export interface RefreshInput {
  source: string;
  trigger: 'manual' | 'schedule';
}

export interface RefreshResult {
  runId: string;
  status: 'completed';
}

/** A webhook has hinted at something. */
export const hintSignal = defineSignal('hint');

/** Something was written into the outbox of notifications. */
export const deliverSignal = defineSignal('deliver');
