import { usageError } from '../errors.ts';
import { isInteractive } from './output.ts';

interface Question {
  question: string;
  /** What is said where nobody can be asked, and what helps. */
  otherwise: { message: string; hint: string };
  /** What is said of a no. */
  no: string;
  hint?: string;
}

/**
 * Asks a person, on standard error: standard output is for data. Throws ClientError where the answer is no, or where there is
 * nobody to ask.
 */
export async function requireYes({
  question,
  otherwise,
  no,
  hint = 'Say yes, or add --yes.',
}: Question): Promise<void> {
  if (!isInteractive()) throw usageError(otherwise.message, otherwise.hint);
  const { confirm, isCancel } = await import('@clack/prompts');
  const answer = await confirm({ message: question, initialValue: false, output: process.stderr });
  if (isCancel(answer) || !answer) throw usageError(no, hint);
}
