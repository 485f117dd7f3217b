const KEY_HINT =
  'BCSOURCE_ENCRYPTION_KEY is the key that stored credentials were encrypted with, the same for every command and worker; a new system makes one with `openssl rand -base64 32`.';

/** What to do about settings that `readEnvironment` complains of. */
export function settingsHint(
  problems: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): string {
  const has = (problem: string) => problems.some((text) => text.startsWith(problem));
  const hints: string[] = [];
  const lacksDatabase = has('DATABASE_URL is not set');
  if (lacksDatabase && environment['TEMPORAL_ADDRESS']) {
    hints.push(
      'TEMPORAL_ADDRESS is set, so the settings of a stack that `bcsource dev` started are not used: unset it to use them, or set DATABASE_URL too.',
    );
  } else if (lacksDatabase) {
    hints.push('Start the stack with `bcsource dev`, or set these variables in the environment.');
  }
  const keyIsOfStack = lacksDatabase && has('BCSOURCE_ENCRYPTION_KEY is not set');
  if (has('BCSOURCE_ENCRYPTION_KEY') && !keyIsOfStack) hints.push(KEY_HINT);
  return hints.join(' ') || 'Correct these variables in the environment; the README lists all of them.';
}
