import { Argument } from '@commander-js/extra-typings';
import type { Command } from '@commander-js/extra-typings';
import { perform } from '../perform.ts';

const load = () => import('../actions/simulator.ts');

const SETTINGS = [
  ...['catalogue', 'quota', 'second-app', 'latency', 'tokens', 'store', 'settings', 'faults', 'churn', 'webhooks'],
];

/** Commands that steer the simulated store over its control interface. */
export function addSimulatorCommands(program: Command): void {
  const simulator = program.command('simulator').description('the simulated BigCommerce store');
  simulator
    .command('serve', { isDefault: true })
    .description('run a simulated store in the foreground; options are handed on')
    .allowUnknownOption()
    .allowExcessArguments()
    .helpOption(false)
    .action((_options, command) => perform({}, async () => (await load()).serve(command.args)));
  simulator
    .command('state')
    .description('what the store is set to: catalogue, quota, latency, faults')
    .option('--json', 'print one JSON document')
    .action((options) => perform(options, async () => (await load()).control('GET', 'state')));
  simulator
    .command('set')
    .description('change a setting of the store')
    .addArgument(new Argument('<setting>').choices(SETTINGS))
    .argument('<json>', 'the new value, e.g. \'{"limit":150,"windowMs":30000}\'')
    .option('--json', 'print one JSON document')
    .action((setting, json, options) =>
      perform(options, async () => (await load()).control(setting === 'churn' ? 'POST' : 'PUT', setting, json)),
    );
  simulator
    .command('ledger')
    .description('what was asked of the store: requests or orders')
    .addArgument(new Argument('<kind>').choices(['requests', 'orders']))
    .option('--json', 'print one JSON document')
    .action((kind, options) => perform(options, async () => (await load()).control('GET', `ledger/${kind}`)));
  simulator
    .command('reset')
    .description('make the store as it was at the start')
    .option('--json', 'print one JSON document')
    .action((options) => perform(options, async () => (await load()).control('POST', 'reset', '{}')));
}
