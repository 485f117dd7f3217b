/** A wish to stop that arrives as a signal. */
export interface Interruption {
  /** Resolves with the first signal. */
  first: Promise<NodeJS.Signals>;
  /** The first signal once it has come. */
  received: () => NodeJS.Signals | null;
  dispose: () => void;
}

// SIGPIPE is left out: Node ignores it, and a closed terminal comes as SIGHUP.
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Listens for the signals that ask to stop; `onAgain` hears the later ones, of somebody in a hurry. */
export function listenForInterruption(onAgain: () => void): Interruption {
  let received: NodeJS.Signals | null = null;
  let resolveFirst: (signal: NodeJS.Signals) => void;
  const first = new Promise<NodeJS.Signals>((resolve) => (resolveFirst = resolve));
  const listener = (signal: NodeJS.Signals): void => {
    if (received !== null) return onAgain();
    received = signal;
    resolveFirst(signal);
  };
  for (const signal of SIGNALS) process.on(signal, listener);
  const dispose = (): void => {
    for (const signal of SIGNALS) process.off(signal, listener);
  };
  return { first, received: () => received, dispose };
}
