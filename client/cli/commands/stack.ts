import type { Command } from '@commander-js/extra-typings';
import { perform } from '../perform.ts';
import { listenAddress, portNumber } from './options.ts';

/** Commands that start, stop and show the machinery. */
export function addStackCommands(program: Command): void {
  program
    .command('dev')
    .description(
      'start everything on this machine: Postgres, Temporal, a worker, the simulator; for apps and webhooks add serve',
    )
    .option('--detach', 'return when all is ready and leave it running')
    .option('--no-simulator', 'do not start the simulated store')
    .option('--json', 'print one JSON document when ready')
    .action((options) => perform(options, async () => (await import('../actions/stack.ts')).dev(options)));
  program
    .command('status')
    .description('show what runs of the local stack')
    .option('--json', 'print one JSON document')
    .action((options) => perform(options, async () => (await import('../actions/stack.ts')).status(options)));
  program
    .command('stop')
    .description('stop the local stack; its data stays')
    .option('--json', 'print one JSON document')
    .action((options) => perform(options, async () => (await import('../actions/stack.ts')).stop(options)));
  program
    .command('demo')
    .description('a guided tour: start the stack, connect a simulated store, import it, look around')
    .option('--exit', 'stop the stack at the end')
    .option('--oauth', 'the tour by an installed app: install, import, uninstall, install again')
    .option('--products <n>', 'size of the simulated catalogue', '2000')
    .action((options) => perform({}, async () => (await import('../actions/demo.ts')).demo(options)));
  program
    .command('send')
    .description('run Send Fulfillment Requests: everything of a source goes whose waits are over')
    .argument('<name>')
    .option('--wait', 'follow the run to its end')
    .option('--json', 'print one JSON document')
    .action((name, options) => perform(options, async () => (await import('../actions/send.ts')).send(name, options)));
  program
    .command('doctor')
    .description('examine database, Temporal, workers, schedules and stores; each line with what to do')
    .option('--repair', 'make the schedules as the sources say')
    .option('--json', 'print one JSON document')
    .action((options) => perform(options, async () => (await import('../actions/doctor.ts')).doctor(options)));
  program
    .command('migrate')
    .description('bring the database schema up to this version')
    .option('--json', 'print one JSON document')
    .action((options) => perform(options, async () => (await import('../actions/stack.ts')).migrate(options)));
  program
    .command('setup')
    .description('prepare database and Temporal: schema, namespace, search attributes')
    .option('--json', 'print one JSON document')
    .action((options) => perform(options, async () => (await import('../actions/stack.ts')).setup(options)));
  program
    .command('worker')
    .description('run a worker until it is stopped')
    .option('--json', 'print an error as one JSON document')
    .action((options) => perform(options, async () => (await import('../actions/stack.ts')).worker()));
  program
    .command('serve')
    .description('answer over HTTP: app installation, webhooks, health and metrics')
    .option(
      '--host <address>',
      'address to listen on; others than this machine only behind a proxy with TLS',
      listenAddress,
      '127.0.0.1',
    )
    .option('--port <n>', 'port to listen on; 0 takes a free one', portNumber, 8480)
    .option('--json', 'print an error as one JSON document')
    .action((options) => perform(options, async () => (await import('../actions/serve.ts')).serve(options)));
  program
    .command('completion')
    .description('print a completion script for bash')
    .argument('[shell]', 'bash or zsh', 'bash')
    .option('--json', 'print one JSON document')
    .action((shell, options) =>
      perform(options, async () => (await import('../actions/completion.ts')).completion(program, shell, options)),
    );
}
