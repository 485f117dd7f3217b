import { setTimeout as sleep } from 'node:timers/promises';
import { type Child, describeExit, type Exit } from './child.ts';
import type { OnEvent, PartName, StackEvent } from './events.ts';
import { isSame, type ProcessRecord, stopProcess, type StopStep } from './processes.ts';

/** A part of the stack: how it is started until it is ready, and how it is stopped. */
export interface Part {
  name: PartName;
  /** Starts a process and resolves when it is ready; tells of the process before it waits. */
  start: (onSpawned: (child: Child) => void) => Promise<unknown>;
  stop: readonly StopStep[];
}

/** What a supervisor reports to. */
export interface SupervisorOptions {
  onEvent: OnEvent;
  onProcess: (part: PartName, process: ProcessRecord | null) => Promise<void>;
  delays?: { firstMs: number; longestMs: number; calmAfterMs: number };
}

const DELAYS = { firstMs: 200, longestMs: 10_000, calmAfterMs: 30_000 };
const HURRIED = [{ signal: 'SIGKILL', waitMs: 5_000 }] as const;

/** Keeps parts running: restarts the one that dies, says so, and stops all in the reverse order of their start. */
export class Supervisor {
  #options: SupervisorOptions;
  #delays: typeof DELAYS;
  #parts: { part: Part; child: Child | null; keeper: Promise<void> }[] = [];
  #stopping = new AbortController();
  #hurrying = new AbortController();
  #stopped: Promise<void> | null = null;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#delays = options.delays ?? DELAYS;
  }

  get isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** Starts a part and keeps it running from then on; throws when this first start fails. */
  async start(part: Part): Promise<void> {
    this.#stopping.signal.throwIfAborted();
    const entry = { part, child: null as Child | null, keeper: Promise.resolve() };
    this.#parts.push(entry);
    const launched = this.#launch(entry);
    entry.keeper = launched.catch(() => undefined);
    await launched;
    entry.keeper = this.#keep(entry);
  }

  /** Stops all parts, the last started first; safe to repeat. */
  stop(): Promise<void> {
    this.#stopping.abort(new Error('The stack is being stopped.'));
    this.#stopped ??= this.#stopAll();
    return this.#stopped;
  }

  /** Like stop, for the impatient: nobody is waited for any more. */
  async hurry(): Promise<void> {
    const stopped = this.stop();
    this.#hurrying.abort();
    const running = this.#parts.flatMap(({ part, child }) => (child ? [{ part, process: child.process }] : []));
    await Promise.all(running.map(({ part, process }) => stopProcess(process, hurriedSteps(part))));
    await stopped;
  }

  async #stopAll(): Promise<void> {
    for (const entry of [...this.#parts].reverse()) {
      await this.#stopPart(entry);
      // A start that was on its way may have spawned once more.
      await entry.keeper;
      await this.#stopPart(entry);
      await this.#options.onProcess(entry.part.name, null);
    }
  }

  async #stopPart({ part, child }: { part: Part; child: Child | null }): Promise<void> {
    if (!child || !isSame(child.process)) return;
    this.#say({ type: 'progress', part: part.name, message: `Stopping ${part.name}` });
    const steps = this.#hurrying.signal.aborted ? hurriedSteps(part) : part.stop;
    if (await stopProcess(child.process, steps)) return;
    this.#say({ type: 'warning', part: part.name, message: `${part.name} (pid ${child.process.pid}) does not stop.` });
  }

  async #launch(entry: { part: Part; child: Child | null }): Promise<void> {
    let noted: Promise<void> = Promise.resolve();
    await entry.part.start((child) => {
      entry.child = child;
      // Noted before it is ready: a supervisor that is killed now must find it again.
      noted = this.#options.onProcess(entry.part.name, child.process);
      noted.catch(() => undefined);
      if (this.isStopping) void stopProcess(child.process, entry.part.stop);
    });
    await noted;
  }

  async #keep(entry: { part: Part; child: Child | null }): Promise<void> {
    let delayMs = this.#delays.firstMs;
    while (entry.child) {
      const startedAt = Date.now();
      const exit = await entry.child.exited;
      if (this.isStopping) return;
      if (Date.now() - startedAt > this.#delays.calmAfterMs) delayMs = this.#delays.firstMs;
      await this.#options.onProcess(entry.part.name, null).catch(() => undefined);
      delayMs = await this.#restart(entry, exit, delayMs);
    }
  }

  async #restart(entry: { part: Part; child: Child | null }, exit: Exit, firstDelayMs: number): Promise<number> {
    const { name } = entry.part;
    const pid = entry.child?.process.pid;
    let delayMs = firstDelayMs;
    let reason = `${name} (pid ${pid}) ended by ${describeExit(exit)}`;
    while (!this.isStopping) {
      this.#say({ type: 'died', part: name, message: `${reason}; starting it again in ${delayMs / 1000} s` });
      await sleep(delayMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
      delayMs = Math.min(delayMs * 2, this.#delays.longestMs);
      if (this.isStopping) break;
      try {
        await this.#launch(entry);
        this.#say({ type: 'restarted', part: name, message: `${name} runs again (pid ${entry.child?.process.pid})` });
        break;
      } catch (error) {
        // One that lives and does not get ready would stand in the way of the next.
        if (entry.child) await stopProcess(entry.child.process, entry.part.stop);
        reason = `${name} did not start: ${error instanceof Error ? error.message : String(error)}`;
      }
    }
    return delayMs;
  }

  #say(event: StackEvent): void {
    this.#options.onEvent(event);
  }
}

// Postgres, when killed outright, leaves its backends behind for a moment; SIGQUIT takes them along as fast.
function hurriedSteps(part: Part): readonly StopStep[] {
  return part.name === 'postgres' ? [{ signal: 'SIGQUIT', waitMs: 2_000 }, ...HURRIED] : HURRIED;
}
