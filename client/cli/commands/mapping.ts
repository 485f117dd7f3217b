import type { Command } from '@commander-js/extra-typings';
import { perform } from '../perform.ts';
import { documentNumber } from './options.ts';

/** Commands about mapping templates. */
export function addMappingCommands(program: Command): void {
  const mapping = program.command('mapping').description('mapping templates');
  mapping
    .command('test')
    .description('map one item or request: raw value, rule by rule, result; nothing is written')
    .argument('<name>')
    .option('--sku <sku>', 'an item: the SKU, byte for byte')
    .option('--fr <number>', 'a fulfillment request: the fields of its order', documentNumber)
    .option('--json', 'print one JSON document')
    .action((name, options) =>
      perform(options, async () => (await import('../actions/preview.ts')).testMapping(name, options)),
    );
}
