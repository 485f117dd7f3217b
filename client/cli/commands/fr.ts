import type { Command } from '@commander-js/extra-typings';
import { perform } from '../perform.ts';

/** Commands about fulfillment requests: what one source is asked to ship. */
export function addFrCommands(program: Command): void {
  const fr = program.command('fr').description('fulfillment requests: what one source is asked to ship');
  addSubmit(fr);
}

function addSubmit(fr: Command): void {
  fr.command('submit')
    .description('take in requests: one JSON document, an array, JSON lines or CSV')
    .argument('<file>', 'the file; - for standard input')
    .option('--csv', 'the file is CSV, one row a line of a request')
    .option('--source <name>', 'the source of requests that name none')
    .option('--json', 'print one JSON document')
    .action((file, options) =>
      perform(options, async () => (await import('../actions/fr-submit.ts')).submit(file, options)),
    );
}
