import { Option } from '@commander-js/extra-typings';
import type { Command } from '@commander-js/extra-typings';
import { perform } from '../perform.ts';
import { documentNumber, listJson, positiveInteger, wholeNumber } from './options.ts';

const load = () => import('../actions/shipments.ts');

/** Commands of the job Get Shipments and of what it found. */
export function addShipmentsCommands(program: Command): void {
  const shipments = program.command('shipments').description('Get Shipments: ask for tracking, hand it on');
  shipments
    .command('sync')
    .description('ask for the shipments of a source: what has changed, and what is due')
    .argument('<name>')
    .option('--all', 'ask for every request in the lookback period, due or not')
    .addOption(new Option('--fr <number>', 'ask for this request only').argParser(documentNumber).conflicts('all'))
    .option('--wait', 'follow the run to its end')
    .option('--json', 'print one JSON document')
    .action((name, options) => perform(options, async () => (await load()).sync(name, options)));
  shipments
    .command('list')
    .description('shipments, newest first; with --since, what has changed after a cursor, oldest first')
    .option('--source <name>', 'shipments of a source')
    .addOption(new Option('--fr <number>', 'shipments of a request').argParser(documentNumber).conflicts('since'))
    .option('--since <cursor>', 'changes after this cursor; 0 for all', wholeNumber)
    .option('--limit <n>', 'so many at the most', positiveInteger, 100)
    .addOption(listJson('a shipment or change'))
    .action((options) => perform(options, async () => (await load()).list(options)));
}
