import { ApplicationFailure, condition, setHandler } from '@temporalio/workflow';
import type { FrMessage } from '../domain/fulfillment/states.ts';
import {
  adoptUpdate,
  amendedSignal,
  cancelSignal,
  cancelUpdate,
  holdUpdate,
  processUpdate,
  releaseSignal,
  releaseUpdate,
  retrySignal,
  retryUpdate,
  sendNowSignal,
  settingsChangedSignal,
} from './messages.ts';

/** What became of a message; `refused` reaches a person as an error. */
export interface Answer {
  answer: string;
  refused: boolean;
}

export interface Letter {
  message: FrMessage;
  /** `cli` for updates, `signal` for signals: for the timeline. */
  by: string;
  answered?: Answer;
}

/**
 * Signals and updates of the same names end in one list, which the main path works off in order: handlers change
 * nothing themselves, so nothing can interleave with a send.
 */
export class Inbox {
  private letters: Letter[] = [];
  private kept: Letter[] = [];

  constructor() {
    setHandler(releaseSignal, () => void this.put({ kind: 'release' }, 'signal'));
    setHandler(cancelSignal, () => void this.put({ kind: 'cancel' }, 'signal'));
    setHandler(retrySignal, () => void this.put({ kind: 'retry' }, 'signal'));
    setHandler(settingsChangedSignal, () => void this.put({ kind: 'settingsChanged' }, 'settings'));
    setHandler(amendedSignal, () => void this.put({ kind: 'amended' }, 'cli'));
    setHandler(sendNowSignal, (runId) => void this.put({ kind: 'sendNow', runId }, `run ${runId}`));
    setHandler(processUpdate, () => this.ask({ kind: 'process' }));
    setHandler(releaseUpdate, () => this.ask({ kind: 'release' }));
    setHandler(cancelUpdate, () => this.ask({ kind: 'cancel' }));
    setHandler(retryUpdate, () => this.ask({ kind: 'retry' }));
    setHandler(holdUpdate, (until) => this.ask({ kind: 'hold', until }));
    setHandler(adoptUpdate, (orderId) => this.ask({ kind: 'adopt', orderId }));
  }

  /** The oldest message that was not answered yet. */
  get first(): Letter | undefined {
    return this.letters[0];
  }

  /** Answers the oldest message and takes it out. */
  answerFirst(answer: Answer): void {
    const letter = this.letters.shift();
    if (letter) letter.answered = answer;
  }

  /** Puts the oldest message aside until `bringBack`. */
  keepFirst(): void {
    const letter = this.letters.shift();
    if (letter) this.kept.push(letter);
  }

  /** Messages that were put aside are the oldest again. */
  bringBack(): void {
    this.letters = [...this.kept, ...this.letters];
    this.kept = [];
  }

  /** Whether messages were put aside and not brought back. */
  get hasKept(): boolean {
    return this.kept.length > 0;
  }

  get isEmpty(): boolean {
    return this.letters.length === 0 && this.kept.length === 0;
  }

  /** Waits until there is a message, at most `ms` milliseconds (for ever where left out). */
  async waitForMail(ms?: number): Promise<void> {
    if (this.letters.length > 0 || (ms !== undefined && ms <= 0)) return;
    if (ms === undefined) await condition(() => this.letters.length > 0);
    else await condition(() => this.letters.length > 0, ms);
  }

  put(message: FrMessage, by: string): Letter {
    const letter: Letter = { message, by };
    this.letters.push(letter);
    return letter;
  }

  private async ask(message: FrMessage): Promise<string> {
    const letter = this.put(message, 'cli');
    await condition(() => letter.answered !== undefined);
    const { answer, refused } = letter.answered!;
    if (refused) throw ApplicationFailure.nonRetryable(answer, 'too_late');
    return answer;
  }
}
