/** A window of a weekday in minutes from its local midnight, [from, to); `to` beyond 1440 reaches into the next day. */
export interface Window {
  from: number;
  to: number;
}

export const MINUTES_A_DAY = 1440;

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const clock = /^(?:([01]\d|2[0-3]):([0-5]\d)|24:00)$/;
/** What people write when they mean a window: `9-17`, `9:00 - 17:30`, `900-1730`. */
const roughWindow = /^(\d{1,2})(?:[:.h]?(\d{2}))?\s*[-–]\s*(\d{1,2})(?:[:.h]?(\d{2}))?$/;

/**
 * The weekdays (0 is Monday) that a key of weekly hours names: `mon`, `mon-fri`, `mon,wed`; `sat-mon` goes over the
 * end of the week, `mon-mon` is Monday only. Undefined when it is no such key.
 */
export function daysOf(key: string): number[] | undefined {
  const days: number[] = [];
  for (const part of key.split(',')) {
    const [first = -1, last = first, ...more] = part
      .split('-')
      .map((day) => weekdays.indexOf(day.trim().toLowerCase()));
    if (first < 0 || last < 0 || more.length > 0) return undefined;
    for (let step = 0; step <= (last - first + 7) % 7; step++) days.push((first + step) % 7);
  }
  return days;
}

/** Reads `09:00-17:00`; one that ends before it starts goes over midnight. Undefined when it is no window. */
export function parseWindow(text: string): Window | undefined {
  const [from, to, ...more] = text.split('-').map(minutesOf);
  if (from === undefined || to === undefined || more.length > 0) return undefined;
  if (from === to || from === MINUTES_A_DAY) return undefined;
  return { from, to: to < from ? to + MINUTES_A_DAY : to };
}

/** Why a text is no window, with what to write instead; undefined when it is one. */
export function windowProblem(text: string): string | undefined {
  if (parseWindow(text)) return undefined;
  const [from, to, ...more] = text.split('-').map(minutesOf);
  if (from !== undefined && to !== undefined && more.length === 0) {
    return from === MINUTES_A_DAY
      ? 'write a window that starts before 24:00: 24:00 is only an end, the next day starts at 00:00'
      : 'write a window that ends at another time than it starts; the whole day is "00:00-24:00"';
  }
  const meant = meantWindow(text);
  return meant
    ? `write a window with hours and minutes of two digits: did you mean "${meant}"?`
    : 'write a window as "09:00-17:00"; one that ends before it starts goes over midnight';
}

/** The windows of each weekday, Monday first. Days that several keys name have the windows of all of them. */
export function windowsByWeekday(weekly: Readonly<Record<string, readonly string[]>>): Window[][] {
  const week: Window[][] = weekdays.map(() => []);
  for (const [key, texts] of Object.entries(weekly)) {
    const windows = texts.map(parseWindow).filter((window) => window !== undefined);
    for (const day of daysOf(key) ?? []) week[day]!.push(...windows);
  }
  return week;
}

function minutesOf(text: string): number | undefined {
  const match = clock.exec(text);
  if (!match) return undefined;
  return match[1] ? Number(match[1]) * 60 + Number(match[2]) : MINUTES_A_DAY;
}

function meantWindow(text: string): string | undefined {
  const [, fromHour, fromMinute = '00', toHour, toMinute = '00'] = roughWindow.exec(text.trim()) ?? [];
  if (!fromHour || !toHour) return undefined;
  const meant = `${fromHour.padStart(2, '0')}:${fromMinute}-${toHour.padStart(2, '0')}:${toMinute}`;
  return parseWindow(meant) ? meant : undefined;
}
