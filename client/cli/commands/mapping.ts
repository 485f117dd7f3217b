import type { Command } from '@commander-js/extra-typings';
import { perform } from '../perform.ts';

/** Commands about mapping templates. */
export function addMappingCommands(program: Command): void {
  const mapping = program.command('mapping').description('mapping templates');
  mapping
    .command('test')
    .description('map one item: raw value, rule by rule, result; nothing is written')
    .argument('<name>')
    .requiredOption('--sku <sku>', 'the SKU, byte for byte')
    .option('--json', 'print one JSON document')
    .action((name, options) =>
      perform(options, async () => (await import('../actions/preview.ts')).testMapping(name, options)),
    );
}
