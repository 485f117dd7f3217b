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
