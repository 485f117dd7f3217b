/** The signals by which the SDK's runtime stops its workers. */
export const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGQUIT', 'SIGUSR2'] as const;

export interface EarlyStop {
  /** Resolves at the first signal, unless `over` was called before. */
  asked: Promise<'cut'>;
  over(): void;
}

/**
 * Hears the signals to stop before a worker polls. The SDK's runtime takes them from the time it is there, and has
 * nobody to tell before that: they would be lost.
 */
export function stopBeforePolling(): EarlyStop {
  let ask: () => void = () => undefined;
  const asked = new Promise<'cut'>((resolve) => (ask = () => resolve('cut')));
  for (const signal of STOP_SIGNALS) process.once(signal, ask);
  return { asked, over: () => STOP_SIGNALS.forEach((signal) => process.off(signal, ask)) };
}
