import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { buildProgram } from '../../client/cli/program.ts';
import { runInShell } from '../helpers/shell.ts';
import type { ShellResult } from '../helpers/shell.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

interface CommandLike {
  name(): string;
  helpInformation(): string;
  commands: readonly CommandLike[];
}

/** The words of every command there is, and how it helps. */
export function allCommands(
  command: CommandLike = buildProgram() as unknown as CommandLike,
  words: string[] = [],
): { words: string[]; help: string }[] {
  const below = command.commands.filter((child) => child.name() !== 'help');
  const here = { words, help: command.helpInformation() };
  return [here, ...below.flatMap((child) => allCommands(child, [...words, child.name()]))];
}

/** Why the names or the options of a command cannot be as written; else null. */
export function problemOfCommand(line: string): string | null {
  const [command, ...words] = line.trim().split(/\s+/);
  const args = (command === 'npx' ? words.slice(1) : words).filter((word) => word !== '--help');
  let at = buildProgram() as ReturnType<typeof buildProgram> | undefined;
  while (at?.commands.length && args.length > 0) {
    at = at.commands.find((child) => child.name() === args[0]) as typeof at;
    if (!at) return `there is no command ${args[0]}`;
    args.shift();
  }
  const known = at?.options.map((option) => option.long) ?? [];
  const named = args.filter((word) => word.startsWith('--')).map((word) => word.split('=')[0]!);
  const unknown = named.find((word) => !known.includes(word));
  return unknown ? `there is no option ${unknown}` : null;
}

/** What others bring, and what a page may tell to do with it. */
const IN_CONTAINER = 'exec (-T )?(postgres (pg_dump|pg_restore|psql)|temporal temporal)';
const OF_OTHERS = new RegExp(
  `^(cp \\.env\\.example \\.env$|createdb|pg_dump|pg_restore|temporal|docker compose (up|stop|build|run --rm setup$|${IN_CONTAINER}))( |$)`,
);

/**
 * Why a command that is shown but not run cannot be as written; else null. Ours are looked up, also where they are run in
 * the image; those of others only have to be ones that we know.
 */
export function problemOfShown(line: string): string | null {
  const command = line
    .replace(/^(\w+=\S+ )+/, '')
    .replace(/^docker compose run (--rm |-T |--no-deps |--env \w+ )*worker /, 'bcsource ')
    .replace(/ [<>|].*$/, '');
  if (/^(npx )?bcsource /.test(command)) return problemOfCommand(command);
  return OF_OTHERS.test(command) ? null : 'nobody knows this command';
}

/** The simulator checks its options before it starts: with one more that is wrong, that one is all it complains of. */
export async function problemOfSimulator(line: string, environment: Record<string, string>, cwd: string) {
  const { exitCode, output } = await runInShell(`${line} --seed wrong`, environment, cwd);
  const complaints = output.trim().split('\n');
  const isFine = exitCode === 2 && complaints.length === 1 && complaints[0]!.startsWith('--seed');
  return isFine ? null : output;
}

/** Why an npm command cannot be as written; else null. */
export function problemOfNpm(line: string): string | null {
  const { scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { scripts: Record<string, string> };
  const [, first, second] = line.trim().split(/\s+/);
  const script = first === 'run' ? second : first;
  return script && script in scripts ? null : `package.json has no script ${script}`;
}

/** Why a command of Temporal's own command line cannot be as written; else null. */
export async function problemOfTemporal(line: string): Promise<string | null> {
  const words = line.trim().split(/\s+/).slice(1);
  const flag = words.findIndex((word) => word.startsWith('-'));
  const { stdout } = await promisify(execFile)(process.env['TEST_TEMPORAL_CLI']!, [...words.slice(0, flag), '--help']);
  const unknown = words.filter((word) => word.startsWith('--')).find((word) => !stdout.includes(word));
  return unknown ? `temporal has no option ${unknown}` : null;
}

/** Does what a line with curl on the control interface says. */
export async function callLikeCurl(line: string, simulatorUrl: string): Promise<ShellResult> {
  const method = /-X (\w+)/.exec(line)?.[1] ?? 'GET';
  const body = /-d '([^']*)'/.exec(line)?.[1];
  const path = /"\$SIMULATOR([^"]*)"/.exec(line)![1]!;
  const response = await fetch(`${simulatorUrl}${path}`, { method, ...(body === undefined ? {} : { body }) });
  return { exitCode: response.ok ? 0 : 22, output: await response.text() };
}
