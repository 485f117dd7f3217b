import type { Command } from '@commander-js/extra-typings';
import { perform } from '../perform.ts';

/** Commands that keep the system in order over the years. */
export function addCareCommands(program: Command): void {
  program
    .command('prune')
    .description('delete old runs, findings, notifications and alarms now; otherwise it happens every hour')
    .option('--dry-run', 'only say how many rows would go')
    .option('--json', 'print one JSON document')
    .action((options) => perform(options, async () => (await import('../actions/prune.ts')).prune(options)));
  program
    .command('recover')
    .description('after a restored backup: make Temporal what the database says, and go on')
    .option('--yes', 'no worker of the old system runs any more; do not ask')
    .option('--json', 'print one JSON document')
    .action((options) => perform(options, async () => (await import('../actions/recover.ts')).recover(options)));
  const keys = program.command('keys').description('the keys that encrypt stored credentials');
  keys
    .command('list')
    .description('which key has encrypted how much')
    .option('--json', 'print one JSON document')
    .action((options) => perform(options, async () => (await import('../actions/keys.ts')).list(options)));
  keys
    .command('rotate')
    .description('encrypt everything with the first key of BCSOURCE_ENCRYPTION_KEY; may be interrupted and run again')
    .option('--json', 'print one JSON document')
    .action((options) => perform(options, async () => (await import('../actions/keys.ts')).rotate(options)));
}
