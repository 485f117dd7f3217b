import type { BusinessHours } from '../../../domain/source/fulfillment.ts';

/**
 * The waiting rules by brute force: Intl says the wall-clock time of every single minute. Shares nothing with the
 * functions under test but the type of the settings.
 */
export interface Oracle {
  isOpen(at: number): boolean;
  nextOpening(at: number): number;
  endOfOpenHold(from: number, holdMs: number): number;
}

const MINUTE = 60_000;
const names = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

export function oracleOf({ timezone, weekly, holidays }: BusinessHours): Oracle {
  const windowsByDate = new Map<string, string[][]>();

  function windowsStarting(date: string): string[][] {
    const known = windowsByDate.get(date);
    if (known) return known;
    const name = names[new Date(`${date}T00:00Z`).getUTCDay()]!;
    const keys = Object.keys(weekly).filter((key) => namesIn(key).includes(name));
    const windows = keys.flatMap((key) => weekly[key]!).map((text) => text.split('-'));
    windowsByDate.set(date, holidays.includes(date) ? [] : windows);
    return windowsByDate.get(date)!;
  }

  function isOpen(at: number): boolean {
    const [date = '', time = ''] = wallClock(timezone, at).split(' ');
    if (holidays.includes(date)) return false;
    const today = windowsStarting(date);
    const yesterday = windowsStarting(new Date(Date.parse(date) - 86_400_000).toISOString().slice(0, 10));
    return (
      today.some(([from = '', to = '']) => from <= time && (time < to || to < from)) ||
      yesterday.some(([from = '', to = '']) => to < from && time < to)
    );
  }

  function nextOpening(at: number): number {
    let instant = at;
    while (!isOpen(instant)) instant = nextMinute(instant);
    return instant;
  }

  function endOfOpenHold(from: number, holdMs: number): number {
    let left = holdMs;
    for (let at = from; ; at = nextMinute(at)) {
      const open = isOpen(at) ? nextMinute(at) - at : 0;
      if (left <= open) return left === 0 ? from : at + left;
      left -= open;
      if (left === 0) return at + open;
    }
  }

  return { isOpen, nextOpening, endOfOpenHold };
}

/** Walks the names of the week, as a finger on a calendar would. */
function namesIn(key: string): string[] {
  return key.split(',').flatMap((part) => {
    const [first = '', last = first] = part.split('-');
    const walked = [first];
    while (walked.at(-1) !== last) walked.push(names[(names.indexOf(walked.at(-1)!) + 1) % 7]!);
    return walked;
  });
}

function nextMinute(at: number): number {
  return (Math.floor(at / MINUTE) + 1) * MINUTE;
}

const formats = new Map<string, Intl.DateTimeFormat>();
const clocks = new Map<string, Map<number, string>>();

/** `2026-03-08 01:59`, as Swedes write it. Remembered, since many cases walk over the same weeks. */
function wallClock(timezone: string, at: number): string {
  const minute = Math.floor(at / MINUTE);
  let clock = clocks.get(timezone);
  if (!clock) clocks.set(timezone, (clock = new Map<number, string>()));
  let text = clock.get(minute);
  if (text === undefined) clock.set(minute, (text = formatOf(timezone).format(minute * MINUTE)));
  return text;
}

function formatOf(timezone: string): Intl.DateTimeFormat {
  const two = '2-digit' as const;
  const parts = { year: 'numeric', month: two, day: two, hour: two, minute: two, hourCycle: 'h23' } as const;
  const format = formats.get(timezone) ?? new Intl.DateTimeFormat('sv-SE', { timeZone: timezone, ...parts });
  formats.set(timezone, format);
  return format;
}
