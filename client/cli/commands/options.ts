import { InvalidArgumentError } from '@commander-js/extra-typings';

/** A whole number from 1; for limits. */
export function positiveInteger(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Give a whole number from 1.');
  return Number(text);
}

/** A whole number from 0; for cursors. */
export function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('Give a whole number from 0.');
  return Number(text);
}

/** An instant such as 2026-11-23 or 2026-11-23T14:00Z; without a zone it is UTC. */
export function instant(text: string): Date {
  const withZone = /^\d{4}-\d{2}-\d{2}$/.test(text) || /(Z|[+-]\d{2}:?\d{2})$/i.test(text) ? text : `${text}Z`;
  const date = new Date(withZone);
  if (Number.isNaN(date.getTime())) throw new InvalidArgumentError('Give an instant like 2026-11-23T14:00Z.');
  return date;
}

/** A port, 0 included: that takes a free one. */
export function portNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 65_535) throw new InvalidArgumentError('It must be a port between 0 and 65535.');
  return value;
}
