import fc from 'fast-check';

const twoDigits = (value: number) => String(value).padStart(2, '0');
const clockOf = (minute: number) => `${twoDigits(Math.floor(minute / 60))}:${twoDigits(minute % 60)}`;
const aroundTheChange = fc.integer({ min: 0, max: 14 }).map((quarter) => quarter * 15);
const start = fc.oneof(aroundTheChange, fc.integer({ min: 0, max: 1439 }), fc.constantFrom(1380, 1410));
const end = fc.oneof(aroundTheChange, fc.integer({ min: 0, max: 1440 }), fc.constant(1440));
const windowText = fc
  .tuple(start, end)
  // A window of a few minutes a week would make the oracle walk for months.
  .filter(([from, to]) => (to - from + 1440) % 1440 >= 15)
  .map(([from, to]) => `${clockOf(from)}-${clockOf(to)}`);
const day = fc.constantFrom('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun');
const range = fc.tuple(day, day).map((ends) => ends.join('-'));
const daysKey = fc.array(fc.oneof(day, range), { minLength: 1, maxLength: 3 }).map((parts) => parts.join(','));
/** Weekly opening times, many of them around the hours in which clocks change. */
export const weekly = fc
  .dictionary(daysKey, fc.array(windowText, { maxLength: 3 }), { minKeys: 1, maxKeys: 3 })
  .filter((hours) => Object.values(hours).some((windows) => windows.length > 0));
