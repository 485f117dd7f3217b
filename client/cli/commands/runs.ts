import { Option } from '@commander-js/extra-typings';
import type { Command } from '@commander-js/extra-typings';
import { perform } from '../perform.ts';
import { listJson, positiveInteger } from './options.ts';

const load = () => import('../actions/runs.ts');

/** Commands about job runs. */
export function addRunCommands(program: Command): void {
  const runs = program.command('runs').description('executions of the jobs, with their counts');
  runs
    .command('list')
    .description('the newest runs')
    .option('--source <name>', 'runs of one source')
    .option('--limit <n>', 'so many', positiveInteger, 20)
    .addOption(listJson('a run'))
    .action((options) => perform(options, async () => (await load()).list(options)));
  runs
    .command('show')
    .description('one run, with what it refused, skipped or warned of')
    .argument('<id>', 'the run id, or the start of it')
    .option('--rejected', 'list the refused products and variants')
    .option('--skipped', 'list the products that were left out by a setting')
    .option('--warnings', 'list the warnings')
    .option('--limit <n>', 'so many rows of each list', positiveInteger, 1000)
    .addOption(new Option('--json', 'print one JSON document'))
    .action((id, options) => perform(options, async () => (await load()).show(id, options)));
  runs
    .command('cancel')
    .description('ask a run to end; only one that archives already finishes that')
    .argument('<id>', 'the run id, or the start of it')
    .option('--json', 'print one JSON document')
    .action((id, options) => perform(options, async () => (await load()).cancel(id, options)));
}
