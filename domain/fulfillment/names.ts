export interface PersonName {
  first: string;
  last: string;
}

/** What stands after a name and belongs to its end; a comma before it does not turn the name round. */
const SUFFIXES = new Set(['jr', 'sr', 'ii', 'iii', 'iv', 'md', 'phd', 'esq', 'inc', 'llc', 'ltd', 'co', 'gmbh']);

/**
 * First and last name of a full one: the last word is the last name ("Ann Mary Lee"), unless a comma says otherwise ("Lee,
 * Ann"). Null for one word: half a name is no reason to invent the other half.
 */
export function splitFullName(fullName: string): PersonName | null {
  const [before = [], ...after] = fullName.split(',').map(words);
  const behindComma = after.flat();
  if (behindComma.length > 0 && !behindComma.every(isSuffix)) {
    return before.length > 0 ? { first: behindComma.join(' '), last: before.join(' ') } : splitWords(behindComma);
  }
  return splitWords([...before, ...behindComma]);
}

function splitWords(all: readonly string[]): PersonName | null {
  let lastAt = all.length - 1;
  while (lastAt > 0 && isSuffix(all[lastAt]!)) lastAt -= 1;
  return lastAt < 1 ? null : { first: all.slice(0, lastAt).join(' '), last: all.slice(lastAt).join(' ') };
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

function isSuffix(word: string): boolean {
  return SUFFIXES.has(word.replaceAll('.', '').toLowerCase());
}

interface WrittenName {
  firstName: string | null;
  lastName: string | null;
  fullName: string | null;
}

/** The name with what is missing taken from the other fields, as far as they say it. */
export function completeName({ firstName, lastName, fullName }: WrittenName): WrittenName {
  const split = fullName === null ? null : (restOfName(fullName, firstName, lastName) ?? splitFullName(fullName));
  const first = firstName ?? split?.first ?? null;
  const last = lastName ?? split?.last ?? null;
  const joined = [first, last].filter((part) => part !== null).join(' ');
  return { firstName: first, lastName: last, fullName: fullName ?? (joined === '' ? null : joined) };
}

/** Where one half is known, the other is what it leaves: "Ann" of "Ann van Berg" makes the last name "van Berg". */
function restOfName(fullName: string, firstName: string | null, lastName: string | null): PersonName | null {
  const whole = words(fullName).join(' ');
  const first = firstName === null ? '' : words(firstName).join(' ');
  const last = lastName === null ? '' : words(lastName).join(' ');
  const lower = whole.toLowerCase();
  if (first !== '' && lower.startsWith(`${first.toLowerCase()} `))
    return { first, last: whole.slice(first.length + 1) };
  if (last !== '' && lower.endsWith(` ${last.toLowerCase()}`)) return { first: whole.slice(0, -last.length - 1), last };
  return null;
}
