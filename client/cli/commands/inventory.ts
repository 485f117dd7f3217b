import { Option } from '@commander-js/extra-typings';
import type { Command } from '@commander-js/extra-typings';
import { perform } from '../perform.ts';
import { instant, positiveInteger } from './options.ts';

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

function addPoolCommands(inventory: Command): void {
  for (const verb of ['list', 'export'] as const) {
    inventory
      .command(verb)
      .description(verb === 'list' ? 'items of a source' : 'all items of a source, streamed to standard output')
      .argument('<name>')
      .option('--sku <sku>', 'a SKU, or a pattern with *')
      .option('--brand <name>', 'items of a brand')
      .option('--category <name>', 'items in a category of any level')
      .option('--archived', 'only archived items')
      .option('--no-archived', 'only items that are not archived')
      .option('--changed-since <instant>', 'items that changed at or after this instant (UTC)', instant)
      .option('--limit <n>', 'so many items at the most (list: 50)', positiveInteger)
      .option('--after <sku>', 'list: go on after this SKU')
      .addOption(
        new Option('--json [format]', 'JSON; =lines for a line an item')
          .choices(['document', 'lines'])
          .preset('document'),
      )
      .option('--csv', 'export: comma separated values')
      .action((name, options) =>
        perform(options, async () => {
          const pool = await import('../actions/pool.ts');
          return verb === 'list' ? pool.list(name, options) : pool.exportItems(name, options);
        }),
      );
  }
  inventory
    .command('show')
    .description('one item in full')
    .argument('<name>')
    .argument('<sku>')
    .option('--json', 'print one JSON document')
    .action((name, sku, options) =>
      perform(options, async () => (await import('../actions/pool.ts')).show(name, sku, options)),
    );
}
