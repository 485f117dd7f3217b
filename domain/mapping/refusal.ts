/** Why one value, and with it one item, cannot be used. Returned, not thrown: a bad item is an ordinary result of a feed. */
export class Refusal {
  readonly code: string;
  readonly reason: string;

  constructor(code: string, reason: string) {
    this.code = code;
    this.reason = reason;
  }
}

/** Why a rule left the value as it was; shown by previews. */
export class NotApplied {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}
