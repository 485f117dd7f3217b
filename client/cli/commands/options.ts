import { InvalidArgumentError, Option } from '@commander-js/extra-typings';
import { durationMs } from '../../../domain/duration.ts';

/** `--json` of a list: one document, or `--json=lines` for a line an entry. */
export function listJson(entry: string) {
  return new Option('--json [format]', `JSON; =lines for a line ${entry}`)
    .choices(['document', 'lines'])
    .preset('document');
}

/** What must say something. An empty text is often a variable that is not set. */
function filled(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('It is empty.');
  return text;
}

/** The number of a request or an order, as whoever made it writes it. An empty one is of none. */
export function documentNumber(text: string): string {
  return filled(text);
}

/** Several of them. */
export function documentNumbers(text: string, before: string[] = []): string[] {
  return [...before, documentNumber(text)];
}

/** A whole number from 1; for limits. */
export function positiveInteger(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Give a whole number from 1 to 999999999.');
  return Number(text);
}

/** Ten years of days: an end beyond is a slip of the hand. */
export function days(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text) || Number(text) > 3650)
    throw new InvalidArgumentError('Give a whole number of days from 1 to 3650.');
  return Number(text);
}

/** A whole number from 0; for cursors. */
export function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('Give a whole number from 0, of at most 15 digits.');
  return Number(text);
}

const INSTANT = /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/i;

/** An instant such as 2026-11-23 or 2026-11-23T14:00Z; without a zone it is UTC. A day that no calendar has is refused. */
export function instant(text: string): Date {
  const date = readInstant(text);
  if (!date) throw new InvalidArgumentError('Give an instant like 2026-11-23T14:00Z.');
  return date;
}

function readInstant(text: string): Date | undefined {
  const [, day = '', time = '', , , zone] = INSTANT.exec(text) ?? [];
  const date = new Date(time === '' || zone ? text : `${text}Z`);
  // JavaScript takes February 30 for March 2.
  const isOfCalendar = day !== '' && dayOf(new Date(`${day}T00:00Z`)) === day;
  return Number.isNaN(date.getTime()) || !isOfCalendar ? undefined : date;
}

/** An instant, or how long ago it was: 90m, 2h, 7d. */
export function instantOrAge(text: string): Date {
  const ageMs = durationMs(text);
  const date = ageMs === undefined ? readInstant(text) : new Date(Date.now() - ageMs);
  if (!date || Number.isNaN(date.getTime()))
    throw new InvalidArgumentError('Give an instant like 2026-11-23T14:00Z, or how long ago it was, like 2h.');
  return date;
}

function dayOf(date: Date): string {
  return Number.isNaN(date.getTime()) ? '' : date.toISOString().slice(0, 10);
}

/** A port, 0 included: that takes a free one. */
export function portNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 65_535) throw new InvalidArgumentError('It must be a port between 0 and 65535.');
  return value;
}

/** An address to listen on. Node takes an empty one for every network. */
export function listenAddress(text: string): string {
  return filled(text);
}
