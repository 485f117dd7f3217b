import { readFile } from 'node:fs/promises';
import { FILE_OPTIONS } from '../domain/database-url.ts';

/** Which files that the URL of Postgres names cannot be read, each as the end of a sentence; none of what is no URL. */
export async function certificateProblems(databaseUrl: string): Promise<string[]> {
  if (!URL.canParse(databaseUrl)) return [];
  const { searchParams } = new URL(databaseUrl);
  const named = FILE_OPTIONS.flatMap((option) =>
    searchParams
      .getAll(option)
      .filter((file) => file !== '')
      .map((file) => ({ option, file })),
  );
  const problems = await Promise.all(named.map(certificateProblem));
  return problems.filter((problem) => problem !== null);
}

async function certificateProblem({ option, file }: { option: string; file: string }): Promise<string | null> {
  try {
    await readFile(file);
    return null;
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    return `names as ${option} the file ${file}, which ${REASONS[code] ?? `cannot be read (${code})`}`;
  }
}

const REASONS: Record<string, string> = {
  ENOENT: 'is missing',
  EISDIR: 'is a folder',
  EACCES: 'this user may not read',
};
