import { Option } from '@commander-js/extra-typings';
import type { Command } from '@commander-js/extra-typings';
import { perform } from '../perform.ts';
import { listJson, instant, positiveInteger } from './options.ts';

/** Commands of the job Get Inventory (Primary) and of the pool that it fills. */
export function addInventoryCommands(program: Command): void {
  const inventory = program.command('inventory').description('Get Inventory (Primary): import, look, approve');
  addImportCommands(inventory);
  addPoolCommands(inventory);
}

const load = () => import('../actions/inventory.ts');

function addImportCommands(inventory: Command): void {
  inventory
    .command('import')
    .description('read the whole catalogue of a source')
    .argument('<name>')
    .option('--wait', 'follow the run to its end')
    .option('--json', 'print one JSON document')
    .action((name, options) => perform(options, async () => (await load()).importSource(name, options)));
  inventory
    .command('refresh')
    .description('read what was modified since the last look; archives nothing')
    .argument('<name>')
    .option('--wait', 'follow the run to its end')
    .option('--json', 'print one JSON document')
    .action((name, options) => perform(options, async () => (await load()).refreshSource(name, options)));
  inventory
    .command('preview')
    .description('map the first items step by step, without writing anything')
    .argument('<name>')
    .option('--limit <n>', 'so many items', positiveInteger, 3)
    .option('--json', 'print one JSON document')
    .action((name, options) =>
      perform(options, async () => (await import('../actions/preview.ts')).preview(name, options)),
    );
  for (const decision of ['approve', 'reject'] as const) {
    inventory
      .command(decision)
      .description(
        decision === 'approve'
          ? 'archive what a waiting run found missing'
          : 'keep what a waiting run wants to archive',
      )
      .argument('<name>')
      .option('--show', 'only show the difference')
      .option('--yes', 'do not ask')
      .option('--json', 'print one JSON document')
      .action((name, options) =>
        perform(options, async () => (await import('../actions/approval.ts')).decide(name, decision, options)),
      );
  }
}

const loadPool = () => import('../actions/pool.ts');

function addPoolCommands(inventory: Command): void {
  withFilters(inventory.command('list').description('items of a source'), 'so many items at the most (50)')
    .option('--after <sku>', 'go on after this SKU')
    .action((name, options) => perform(options, async () => (await loadPool()).list(name, options)));
  withFilters(
    inventory.command('export').description('all items of a source, streamed to standard output'),
    'so many items at the most',
  )
    .addOption(new Option('--csv', 'comma separated values').conflicts('json'))
    .action((name, options) => perform(options, async () => (await loadPool()).exportItems(name, options)));
  inventory
    .command('show')
    .description('one item in full')
    .argument('<name>')
    .argument('<sku>')
    .option('--json', 'print one JSON document')
    .action((name, sku, options) => perform(options, async () => (await loadPool()).show(name, sku, options)));
}

function withFilters(command: Command, limit: string) {
  return command
    .argument('<name>')
    .option('--sku <sku>', 'a SKU, or a pattern with *')
    .option('--brand <name>', 'items of a brand')
    .option('--category <name>', 'items in a category of any level')
    .option('--archived', 'only archived items')
    .option('--no-archived', 'only items that are not archived')
    .option('--changed-since <instant>', 'items that changed at or after this instant (UTC)', instant)
    .option('--limit <n>', limit, positiveInteger)
    .addOption(listJson('an item'));
}
