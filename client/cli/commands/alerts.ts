import { Option } from '@commander-js/extra-typings';
import type { Command } from '@commander-js/extra-typings';
import { perform } from '../perform.ts';
import { listJson, positiveInteger } from './options.ts';

const load = () => import('../actions/alerts.ts');

/** Commands about alarms and notifications, and the look at everything. */
export function addAlertCommands(program: Command): void {
  const alerts = program.command('alerts').description('alarms: what should have happened and did not');
  alerts
    .command('list')
    .description('open alarms, the newest first')
    .option('--source <name>', 'alarms of one source')
    .option('--all', 'those that have ended too')
    .option('--limit <n>', 'so many at the most', positiveInteger, 100)
    .addOption(listJson('an alarm'))
    .action((options) => perform(options, async () => (await load()).list(options)));
  alerts
    .command('show')
    .description('one alarm, with what to do')
    .argument('<id>', 'its number', positiveInteger)
    .option('--json', 'print one JSON document')
    .action((id, options) => perform(options, async () => (await load()).show(id, options)));
  alerts
    .command('ack')
    .description('somebody has seen it: no more reminders')
    .argument('<id>', 'its number', positiveInteger)
    .option('--json', 'print one JSON document')
    .action((id, options) => perform(options, async () => (await load()).acknowledge(id, options)));
  alerts
    .command('test')
    .description('send a test notification to every receiver of a source')
    .argument('<name>')
    .option('--json', 'print one JSON document')
    .action((name, options) => perform(options, async () => (await load()).test(name, options)));
  program
    .command('overview')
    .description('every source in one look; exit code 6 when something waits for a person')
    .addOption(new Option('--watch', 'draw it anew every few seconds, until Ctrl-C').conflicts('json'))
    .option('--json', 'print one JSON document')
    .action((options) => perform(options, async () => (await import('../actions/overview.ts')).overview(options)));
}
