import { ClientError } from './errors.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What a command reads of the environment beside the settings; or what is wrong with that, and what helps. */
export type AlsoRead<T> = { ok: true; value: T } | { ok: false; problems: readonly string[]; hint: string };

/** One error for what is wrong with the settings and beside them: nobody mends the one only to be told of the other. */
export function settingsError(
  own: readonly string[],
  also: readonly AlsoRead<unknown>[],
  environment: Environment,
): ClientError {
  const ofSettings = own.length === 0 ? [] : [{ problems: own, hint: settingsHint(own, environment) }];
  const complaints = [...ofSettings, ...also.filter((read) => !read.ok)];
  const problems = complaints.flatMap((complaint) => [...complaint.problems]);
  const hint = complaints.map((complaint) => complaint.hint).join(' ');
  return new ClientError('settings_missing', problems.join('; '), hint, 2, { problems });
}

const KEY_HINT =
  'BCSOURCE_ENCRYPTION_KEY is the key that stored credentials were encrypted with, the same for every command and worker; a new system makes one with `openssl rand -base64 32`.';

/** What to do about settings that `readEnvironment` complains of. */
function settingsHint(problems: readonly string[], environment: Environment): string {
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
