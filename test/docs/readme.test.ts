import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runInShell } from '../helpers/shell.ts';
import { startSystem } from '../helpers/system.ts';
import type { TestSystem } from '../helpers/system.ts';
import * as commands from './commands.ts';
import type { CommandLine } from './markdown.ts';
import { commandsOf, pages, readText } from './markdown.ts';
import { openScene } from './scene.ts';
import type { Scene } from './scene.ts';

/** Commands that start or stop machinery: their names and options are checked, but they are not run. */
const MACHINERY = /^(npx )?bcsource (dev|stop|demo|worker|serve)\b/;
/** Commands that only look: one that another page has shown already need not be run again. */
const LOOKING =
  /^(npx )?bcsource (status|source (list|test)|inventory (list|preview|export)|mapping test|runs list|schedule list)\b/;
const SIMULATOR = /^(npx )?bcsource simulator (--|serve)/;

describe('every command of the documents', () => {
  let system: TestSystem | undefined;
  const seen = new Set<string>();
  beforeAll(async () => {
    system = await startSystem(['--preset', 'shop', '--products', '150']);
  });
  afterAll(() => system?.stop());

  async function problemOf({ text, exitCode }: CommandLine, scene: Scene): Promise<string | null> {
    if (text.startsWith('npm ')) return commands.problemOfNpm(text);
    if (text.startsWith('temporal ')) return commands.problemOfTemporal(text);
    if (SIMULATOR.test(text)) return commands.problemOfSimulator(text, scene.environment, scene.folder);
    if (MACHINERY.test(text)) return commands.problemOfCommand(text);
    // The store of the test has a hash and a token of its own.
    if (text.startsWith('export ')) return /^export [A-Z_]+=\S+$/.test(text) ? null : 'is no setting';
    if (LOOKING.test(text) && seen.has(`${text} ${exitCode}`)) return null;
    seen.add(`${text} ${exitCode}`);
    await scene.before(text);
    const result = text.startsWith('curl ')
      ? await commands.callLikeCurl(text, system!.simulator.url)
      : await runInShell(text.replace(/\bRUN\b/, (await scene.run())?.id ?? 'RUN'), scene.environment, scene.folder);
    if (result.exitCode !== exitCode) return `ended with ${result.exitCode} instead of ${exitCode}: ${result.output}`;
    await scene.after(text);
    return null;
  }

  it.each(pages.filter((page) => commandsOf(readText(page)).length > 0))(
    '%s',
    async (page) => {
      const scene = await openScene(system!);
      for (const command of commandsOf(readText(page))) {
        const problem = await problemOf(command, scene);
        expect({ page, line: command.line, command: command.text, problem }).toMatchObject({ problem: null });
      }
      await rm(scene.folder, { recursive: true, force: true });
    },
    300_000,
  );
});
