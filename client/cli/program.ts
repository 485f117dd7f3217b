import { Command } from '@commander-js/extra-typings';
import { programVersion } from '../../workers/version.ts';
import { addAlertCommands } from './commands/alerts.ts';
import { addCareCommands } from './commands/care.ts';
import { addFrCommands } from './commands/fr.ts';
import { addInventoryCommands } from './commands/inventory.ts';
import { addMappingCommands } from './commands/mapping.ts';
import { addOrderCommands } from './commands/order.ts';
import { addRunCommands } from './commands/runs.ts';
import { addScheduleCommands } from './commands/schedule.ts';
import { addShipmentsCommands } from './commands/shipments.ts';
import { addSimulatorCommands } from './commands/simulator.ts';
import { addSourceCommands } from './commands/source.ts';
import { addStackCommands } from './commands/stack.ts';

/** Errors are reported by main.ts; help that somebody gets for an incomplete command still goes to standard error. */
const quietErrors = { outputError: () => undefined };

/** Every command with its options. Only declarations: what a command does is loaded when it runs, so help is quick. */
export function buildProgram(): Command {
  const program = new Command('bcsource')
    .description('Supplier stock in, fulfillment requests out, tracking numbers back: BigCommerce as a source.')
    .version(programVersion(), '-V, --version')
    .showHelpAfterError(false)
    // Otherwise `source show NAME --version 2` would be taken for the program's own --version.
    .enablePositionalOptions()
    .configureOutput(quietErrors);
  addStackCommands(program);
  addSourceCommands(program);
  addInventoryCommands(program);
  addOrderCommands(program);
  addFrCommands(program);
  addShipmentsCommands(program);
  addScheduleCommands(program);
  addRunCommands(program);
  addAlertCommands(program);
  addCareCommands(program);
  addMappingCommands(program);
  addSimulatorCommands(program);
  program.addHelpText(
    'after',
    '\nExit codes: 0 done, 1 failed, 2 wrong usage, 3 not found, 4 refused, 5 try again, 6 waits for a person.',
  );
  exitByException(program);
  return program;
}

function exitByException(command: Command): void {
  command.exitOverride();
  for (const child of command.commands) {
    child.configureOutput(quietErrors);
    exitByException(child as Command);
  }
}

/** The command that these arguments begin with, as it is typed: whose help tells what was meant. */
export function commandIn(args: readonly string[]): string {
  let at = buildProgram();
  const words = ['bcsource'];
  for (const word of args) {
    const next = at.commands.find((command) => command.name() === word);
    if (!next) break;
    at = next as Command;
    words.push(word);
  }
  return words.join(' ');
}
