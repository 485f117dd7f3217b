/** What is known of an attempt whose outcome is unknown, when a look has just shown no order. */
export interface LookedFor {
  endedAt: Date | null;
  looks: number;
  /** The look before this one, or the end of the attempt; null when the store could not be asked then. */
  lookedAt: Date | null;
  quietMs: number;
  /** When the first attempt of this round began. */
  sendingSince: Date;
  /** A person has it already. */
  isParked: boolean;
  /** Whoever posted has given up by then at the latest. */
  postEndsAt: Date;
}

export interface LookRules {
  firstLookSeconds: number;
  resendAfterSeconds: number;
  giveUpMinutes: number;
}

export interface LookDecision {
  then: 'look again' | 'post again' | 'hand over';
  nextLookMs: number;
  /** For how long looks have shown nothing, this one included; time in which the store could not be asked is left out. */
  quietMs: number;
}

const LONGEST_BETWEEN_LOOKS_MS = 60_000;
const SHORTEST_BETWEEN_LOOKS_MS = 500;

/**
 * What follows from a look that showed no order (design: "Exactly one order"): look again at growing intervals; post again
 * only when every look until `resendAfterSeconds` showed nothing; hand it to a person when the first attempt is
 * `giveUpMinutes` old.
 */
export function decideLook(attempt: LookedFor, rules: LookRules, now: Date): LookDecision {
  const quietMs = attempt.quietMs + (attempt.lookedAt ? Math.max(0, now.getTime() - attempt.lookedAt.getTime()) : 0);
  const giveUpAt = attempt.sendingSince.getTime() + rules.giveUpMinutes * 60_000;
  if (now.getTime() >= giveUpAt || attempt.isParked) return { then: 'hand over', nextLookMs: 0, quietMs };
  const resendInMs = Math.max(rules.resendAfterSeconds * 1000 - quietMs, attempt.postEndsAt.getTime() - now.getTime());
  if (resendInMs <= 0) return { then: 'post again', nextLookMs: 0, quietMs };
  const growing = rules.firstLookSeconds * 1000 * 1.5 ** Math.min(attempt.looks, 20);
  const untilDecision = Math.min(resendInMs, giveUpAt - now.getTime());
  const nextLookMs = Math.min(Math.max(SHORTEST_BETWEEN_LOOKS_MS, growing), LONGEST_BETWEEN_LOOKS_MS, untilDecision);
  return { then: 'look again', nextLookMs: Math.max(SHORTEST_BETWEEN_LOOKS_MS, nextLookMs), quietMs };
}
