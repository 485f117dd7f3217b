import type { Command } from '@commander-js/extra-typings';
import { perform } from '../perform.ts';
import { listJson, positiveInteger } from './options.ts';

/** Commands about sources: suppliers with their store, settings and mapping templates. */
export function addSourceCommands(program: Command): void {
  const source = program.command('source').description('suppliers: their store, settings and mapping templates');
  source
    .command('init')
    .description('write a good first source file')
    .argument('[file]', 'where to write it; - for standard output', 'source.yaml')
    .option('--name <name>', 'name of the source', 'acme-supply')
    .option('--force', 'overwrite an existing file')
    .option('--json', 'print one JSON document')
    .action((file, options) =>
      perform(options, async () => (await import('../actions/source.ts')).init(file, options)),
    );
  source
    .command('apply')
    .description('check a source file and make it the newest version')
    .argument('<file>', 'the file; - for standard input')
    .option('--json', 'print one JSON document')
    .action((file, options) =>
      perform(options, async () => (await import('../actions/source.ts')).apply(file, options)),
    );
  source
    .command('list')
    .description('all sources')
    .addOption(listJson('a source'))
    .action((options) => perform(options, async () => (await import('../actions/source.ts')).list(options)));
  source
    .command('show')
    .description('the file of a source, its versions, and what changed between two')
    .argument('<name>')
    .option('--version <n>', 'show this version', positiveInteger)
    .option('--versions', 'list all versions')
    .option('--diff <n>', 'what changed since version n', positiveInteger)
    .option('--json', 'print one JSON document')
    .action((name, options) =>
      perform(options, async () => (await import('../actions/source.ts')).show(name, options)),
    );
  source
    .command('test')
    .description('ask the store who it is and what the token may do')
    .argument('<name>')
    .option('--json', 'print one JSON document')
    .action((name, options) =>
      perform(options, async () => (await import('../actions/source.ts')).test(name, options)),
    );
  source
    .command('connect')
    .description(
      'connect the store of a source of type oauth: print the install link and wait; bcsource serve must run for it',
    )
    .argument('<name>')
    .option('--store <hash>', 'which store, where the file does not say it')
    .option('--wait', 'wait until the app is installed, then test the connection', true)
    .option('--no-wait', 'print the link and end')
    .option('--timeout <seconds>', 'how long to wait', positiveInteger, 900)
    .option('--no-open', 'do not open a browser')
    .option('--json', 'print one JSON document; the link goes to standard error too')
    .action((name, options) =>
      perform(options, async () => (await import('../actions/connect.ts')).connect(name, options)),
    );
  source
    .command('remove')
    .description('remove a source, its credential and its schedules')
    .argument('<name>')
    .option('--purge', 'remove its items and runs too')
    .option('--yes', 'do not ask')
    .option('--json', 'print one JSON document')
    .action((name, options) =>
      perform(options, async () => (await import('../actions/source.ts')).remove(name, options)),
    );
  source
    .command('webhooks')
    .description('events of the store: list, create, repair or remove its webhooks')
    .argument('<name>')
    .option('--create', 'make those that the jobs of the source need (BCSOURCE_PUBLIC_URL says where they go)')
    .option('--repair', 'switch on what was switched off, and make what is gone')
    .option('--remove', 'remove them from the store')
    .option('--json', 'print one JSON document')
    .action((name, options) =>
      perform(options, async () => (await import('../actions/webhooks.ts')).webhooks(name, options)),
    );
  source
    .command('schema')
    .description('print the JSON Schema of a source file, for editors')
    .option('--json', 'print one JSON document, as it does anyhow')
    .action((options) => perform(options, async () => (await import('../actions/source.ts')).schema()));
}
