import type { QuotaRoom } from './quota.ts';

/** What takes a turn: a send, or the check of a request that need not go yet. */
export type TurnKind = 'send' | 'check';

/** Requests to the store that one asks for at the most, as long as nothing odd happens (bench `sending`: 3.8 a send). */
const NEEDS: Record<TurnKind, number> = { send: 4, check: 2 };
/** The share of a window that a check leaves to sends. */
const LEAVES: Record<TurnKind, number> = { send: 0, check: 0.3 };
/** Between two turns of a window, which all lie in its first half: all at once would wait for each other in the worker. */
const GAP_MS = 200;
const SAME_WINDOW_MS = 1500;

/** Whether it is somebody's turn: then `end` must follow; otherwise it is again after `waitMs`. */
export type Turn = { isNow: true; end: () => void } | { isNow: false; waitMs: number };

interface Asker {
  /** How many requests it has sent so far. */
  readonly requests: number;
}

/** Where a line of those that wait has got to: so many turns of the window that begins at `opensAt` are given. */
interface Line {
  opensAt: number;
  given: number;
}

/**
 * Lets as many begin as the quota of a store has room for, whole, and tells the others when to come back. Whoever waited
 * for quota inside the worker would keep a place there that other stores, whose quota is not used up, need.
 */
export class SendTurns {
  private readonly underWay = new Map<Asker, TurnKind>();
  /** Those that come back get turns among themselves, not at the end of the line. */
  private readonly lines = new Map<string, Line>();

  /** `room` answers null where nothing is known of a quota. */
  constructor(
    private readonly room: () => QuotaRoom | null,
    private readonly now: () => number = Date.now,
  ) {}

  /** `isBack`: it had a turn that came to nothing. */
  take(kind: TurnKind, asker: Asker, isBack: boolean): Turn {
    const room = this.room();
    if (room && !this.hasRoom(kind, room)) return { isNow: false, waitMs: this.nextTurn(kind, room, isBack) };
    this.underWay.set(asker, kind);
    return { isNow: true, end: () => void this.underWay.delete(asker) };
  }

  private hasRoom(kind: TurnKind, { left, perWindow }: QuotaRoom): boolean {
    // Somebody always goes: otherwise nobody would hear how the quota stands.
    if (this.underWay.size === 0) return true;
    let promised = 0;
    for (const [asker, itsKind] of this.underWay) promised += Math.max(0, NEEDS[itsKind] - asker.requests);
    return left - promised - LEAVES[kind] * perWindow >= NEEDS[kind];
  }

  private nextTurn(kind: TurnKind, { perWindow, windowMs, opensAt }: QuotaRoom, isBack: boolean): number {
    const name = `${kind} ${isBack}`;
    const known = this.lines.get(name);
    // What is known of a window's end moves a little with every answer.
    const isCurrent = known !== undefined && known.opensAt > opensAt - SAME_WINDOW_MS;
    const line = isCurrent ? { ...known, opensAt: Math.max(known.opensAt, opensAt) } : { opensAt, given: 0 };
    const inWindow = Math.max(1, Math.floor((perWindow * (1 - LEAVES[kind])) / NEEDS[kind]));
    const at = line.opensAt + line.given * Math.min(GAP_MS, windowMs / 2 / inWindow);
    const isFull = line.given + 1 >= inWindow;
    this.lines.set(name, isFull ? { opensAt: line.opensAt + windowMs, given: 0 } : { ...line, given: line.given + 1 });
    return Math.max(1, at - this.now());
  }
}
