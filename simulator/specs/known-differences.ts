/** A difference between the simulator and a specification that is meant to be there, and why. */
export interface KnownDifference {
  readonly pattern: RegExp;
  readonly reason: string;
}

export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [];
