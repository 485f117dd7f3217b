import { Option } from '@commander-js/extra-typings';
import type { Command } from '@commander-js/extra-typings';
import { perform } from '../perform.ts';
import {
  listJson,
  days,
  documentNumber,
  documentNumbers,
  instant,
  instantOrAge,
  positiveInteger,
  wholeNumber,
} from './options.ts';

/** Commands about fulfillment requests: what one source is asked to ship. */
export function addFrCommands(program: Command): void {
  const fr = program.command('fr').description('fulfillment requests: what one source is asked to ship');
  addIntake(fr);
  addLooking(fr);
  addTelling(fr);
  addPersons(fr);
}

const JSON_OPTION = ['--json', 'print one JSON document'] as const;
const SOURCE_OPTION = ['--source <name>', 'the source, where several have the number'] as const;

function addIntake(fr: Command): void {
  fr.command('submit')
    .description('take in requests: one JSON document, an array, JSON lines or CSV')
    .argument('<file>', 'the file; - for standard input')
    .option('--csv', 'the file is CSV, one row a line of a request')
    .option('--source <name>', 'the source of requests that name none')
    .option(...JSON_OPTION)
    .action((file, options) =>
      perform(options, async () => (await import('../actions/fr-submit.ts')).submit(file, options)),
    );
  fr.command('amend')
    .description('replace the content of a request that was not sent: lines, addresses, method, note')
    .argument('<file>', 'the request as it shall be; - for standard input')
    .option('--csv', 'the file is CSV, one row a line of the request')
    .option('--source <name>', 'the source of a request that names none')
    .option(...JSON_OPTION)
    .action((file, options) =>
      perform(options, async () => (await import('../actions/fr-tell.ts')).amend(file, options)),
    );
}

function addLooking(fr: Command): void {
  const load = () => import('../actions/fr.ts');
  addFilters(fr.command('list').description('requests, newest first'))
    .option('--limit <n>', 'so many at the most', positiveInteger, 50)
    .option('--after <cursor>', 'go on after this cursor', wholeNumber)
    .option('--watch', 'draw the list anew every two seconds')
    .addOption(listJson('a request'))
    .action((options) => perform(options, async () => (await load()).list(options)));
  for (const [verb, description] of [
    ['show', 'one request in full, with its timeline'],
    ['explain', 'one sentence: why it was not sent yet, and when it goes on'],
    ['preview', 'what would be posted, when, and each check; nothing is sent'],
  ] as const) {
    fr.command(verb)
      .description(description)
      .argument('<number>', 'its number', documentNumber)
      .option(...SOURCE_OPTION)
      .option(...JSON_OPTION)
      .action((number, options) =>
        perform(options, async () => {
          if (verb === 'preview') return (await import('../actions/fr-preview.ts')).preview(number, options);
          return (await load())[verb](number, options);
        }),
      );
  }
}

const ALL: Record<string, string> = {
  cancel: 'every request that was not sent yet; with --state acknowledged those that were',
};

function addTelling(fr: Command): void {
  const load = () => import('../actions/fr-tell.ts');
  for (const [verb, description] of [
    ['process', 'put unprocessed requests into processing: their hold begins'],
    ['release', 'skip hold, business hours and schedule: send now'],
    ['hold', 'hold requests until an instant, or for a time from now'],
    ['cancel', 'cancel; an order that the store has already is canceled there'],
    ['retry', 'try failed requests again'],
  ] as const) {
    const command = addFilters(
      fr.command(verb).description(description).argument('[numbers...]', 'their numbers', documentNumbers),
    )
      .option('--all', ALL[verb] ?? `every request that can be told to ${verb}`)
      .option('--yes', 'do not ask')
      .addOption(
        new Option('--until <instant>', 'hold: the end of the hold (UTC)').argParser(instant).hideHelp(verb !== 'hold'),
      )
      .addOption(
        new Option('--for <time>', 'hold: for so long from now, e.g. 2h').conflicts('until').hideHelp(verb !== 'hold'),
      )
      .option(...JSON_OPTION);
    command.action((numbers, options) => perform(options, async () => (await load()).tell(verb, numbers, options)));
  }
  fr.command('watch')
    .description('go on asking for the shipments of a request that left the lookback period')
    .argument('<number>', 'its number', documentNumber)
    .option('--days <n>', 'for exactly so many days from now; without it, for 90 at the least', days)
    .option(...SOURCE_OPTION)
    .option(...JSON_OPTION)
    .action((number, options) =>
      perform(options, async () => (await load()).watch(number, { ...options, source: options.source as string })),
    );
  fr.command('adopt')
    .description('take an order of the store for the one of this request')
    .argument('<number>', 'its number', documentNumber)
    .requiredOption('--order <id>', 'the BigCommerce order', positiveInteger)
    .option(...SOURCE_OPTION)
    .option(...JSON_OPTION)
    .action((number, options) =>
      perform(options, async () => (await load()).adopt(number, { ...options, source: options.source as string })),
    );
}

function addPersons(fr: Command): void {
  const load = () => import('../actions/fr-persons.ts');
  fr.command('forget')
    .description('blank names, addresses and texts of finished requests and orders; figures stay')
    .requiredOption('--before <instant>', 'those that were taken in before this instant (UTC)', instant)
    .option('--source <name>', 'requests of this source alone')
    .option('--dry-run', 'only say how many')
    .option('--yes', 'do not ask')
    .option(...JSON_OPTION)
    .action((options) => perform(options, async () => (await load()).forget(options)));
  fr.command('export')
    .description('everything that is stored of a request, as one JSON document, for the person whom it is about')
    .argument('<number>', 'its number', documentNumber)
    .option(...SOURCE_OPTION)
    .option('--json', 'as always: it prints one JSON document')
    .action((number, options) => perform({ json: true }, async () => (await load()).exportOne(number, options)));
}

function addFilters<A extends unknown[], O extends Record<string, unknown>>(command: Command<A, O>) {
  return command
    .option('--source <name>', 'requests of a source')
    .option('--state <state...>', 'unprocessed, processing, sending, acknowledged, failed, canceled')
    .option('--shipping <state>', 'open, partially_shipped, shipped')
    .option('--code <code>', 'requests with this reason, e.g. out_of_stock')
    .option('--flag <flag>', 'requests with this flag, e.g. lines_differ')
    .option('--problems', 'requests that wait and cannot be sent as they stand')
    .option('--older-than <time>', 'created so long ago, e.g. 2h, or before this instant (UTC)', instantOrAge)
    .option('--text <text>', 'a part of number, SKU or reason');
}
