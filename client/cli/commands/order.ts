import { Option } from '@commander-js/extra-typings';
import type { Command } from '@commander-js/extra-typings';
import { perform } from '../perform.ts';
import { documentNumber, listJson, positiveInteger } from './options.ts';

const load = () => import('../actions/order.ts');

/** Commands about orders: what customers bought, before it is known who ships it. */
export function addOrderCommands(program: Command): void {
  const order = program.command('order').description('orders, which are routed to the sources that can ship them');
  addFileCommands(order);
  addNumberCommands(order);
  order
    .command('list')
    .description('the newest orders')
    .addOption(new Option('--state <state>', 'orders in this state').choices(['open', 'routed', 'canceled'] as const))
    .option('--limit <n>', 'so many', positiveInteger, 50)
    .addOption(listJson('an order'))
    .action((options) => perform(options, async () => (await load()).list(options)));
}

function addFileCommands(order: Command): void {
  order
    .command('submit')
    .description('take in and route orders: one JSON document, an array, JSON lines or CSV')
    .argument('<file>', 'the file; - for standard input')
    .option('--csv', 'the file is CSV, one row a line of an order')
    .option('--json', 'print one JSON document')
    .action((file, options) => perform(options, async () => (await load()).submit(file, options)));
  order
    .command('preview')
    .description('who would ship these orders, and why; makes nothing')
    .argument('<file>', 'the file; - for standard input')
    .option('--csv', 'the file is CSV, one row a line of an order')
    .option('--json', 'print one JSON document')
    .action((file, options) => perform(options, async () => (await load()).preview(file, options)));
}

function addNumberCommands(order: Command): void {
  order
    .command('show')
    .description('one order: its requests, and why they went where they went')
    .argument('<number>', 'the number of the order', documentNumber)
    .option('--json', 'print one JSON document')
    .action((number, options) => perform(options, async () => (await load()).show(number, options)));
  order
    .command('route')
    .description('try now to route an open order')
    .argument('<number>', 'the number of the order', documentNumber)
    .option('--json', 'print one JSON document')
    .action((number, options) => perform(options, async () => (await load()).route(number, options)));
  order
    .command('cancel')
    .description('cancel an order: an open one is never routed, of a routed one every request is canceled')
    .argument('<number>', 'the number of the order', documentNumber)
    .option('--json', 'print one JSON document')
    .action((number, options) => perform(options, async () => (await load()).cancel(number, options)));
}
