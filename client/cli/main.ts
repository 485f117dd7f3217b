#!/usr/bin/env node
import { CommanderError } from '@commander-js/extra-typings';
import { buildProgram, commandIn } from './program.ts';
import { withJsonLast } from './json-flag.ts';
import { remark } from './output.ts';
import { report } from './perform.ts';

const OUTPUT_LOST = 'output_lost';

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  remark(`Error (${OUTPUT_LOST}): Standard output cannot be written: ${error.message}. What is there is not whole.`);
  process.exit(1);
});
// Nobody who looks at the progress is no reason to lose the answer.
process.stderr.on('error', () => undefined);

try {
  await buildProgram().parseAsync(withJsonLast(process.argv.slice(2)), { from: 'user' });
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? 0 : 2;
  const printed = error.code === 'commander.help' || error.exitCode === 0;
  const json = process.argv.some((argument) => argument === '--json' || argument.startsWith('--json='));
  if (!printed) {
    const message = error.message.replace(/^error: /, '');
    const hint = `See \`${commandIn(process.argv.slice(2))} --help\`.`;
    report({ json }, { code: 'wrong_usage', message, hint, exitCode: 2 });
  }
}
