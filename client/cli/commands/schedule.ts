import type { Command } from '@commander-js/extra-typings';
import { perform } from '../perform.ts';
import { listJson } from './options.ts';

const load = () => import('../actions/schedule.ts');

/** Commands about what runs by itself. */
export function addScheduleCommands(program: Command): void {
  const schedule = program.command('schedule').description('what runs by itself, and when');
  schedule
    .command('list')
    .description('all schedules with their last and next run')
    .addOption(listJson('a schedule'))
    .action((options) => perform(options, async () => (await load()).list(options)));
  for (const [verb, description] of [
    ['pause', 'stop a job from starting by itself'],
    ['resume', 'let a paused job start by itself again'],
    ['trigger', 'start a scheduled job now'],
  ] as const) {
    schedule
      .command(verb)
      .description(description)
      .argument('<name>', 'source, or job:source')
      .option('--note <text>', 'why, for whoever comes next')
      .option('--json', 'print one JSON document')
      .action((name, options) => perform(options, async () => (await load()).change(verb, name, options)));
  }
}
