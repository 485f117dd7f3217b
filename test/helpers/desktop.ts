import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runInShell } from './shell.ts';

/**
 * Runs the compiled command as a person at a desktop does: in a terminal, where a browser opens what it is given. Answers
 * what the browser was given, too.
 */
export async function runOnDesktop(args: string, environment: Record<string, string>) {
  const folder = environment['BCSOURCE_HOME']!;
  const opened = join(folder, 'opened');
  await writeFile(join(folder, 'xdg-open'), `#!/bin/sh\necho "$@" >'${opened}'\n`, { mode: 0o755 });
  const desktop = { ...environment, DISPLAY: ':9', PATH: `${folder}:${process.env['PATH']}` };
  const command = `${process.execPath} dist/client/cli/main.js ${args}`;
  const result = await runInShell(`script -qec '${command}' /dev/null`, desktop);
  return { ...result, opened: () => readFile(opened, 'utf8').catch(() => '') };
}
