import type { Report } from './language.ts';
import type { RuleOf } from './rule-schema.ts';
import { unsafePattern } from './safe-regex.ts';
import { stripHtml } from './strip-html.ts';

export type TextRule = RuleOf<'trim' | 'case' | 'stripHtml' | 'replace' | 'prefix' | 'suffix' | 'truncate'>;

/** The change that a text rule makes. Reports patterns that are not usable. */
export function compileTextRule(rule: TextRule, report: Report): (text: string) => string {
  switch (rule.rule) {
    case 'trim':
      return (text) => text.trim();
    case 'case':
      return cases[rule.to];
    case 'stripHtml':
      return stripHtml;
    case 'replace':
      return compileReplace(rule, report);
    case 'prefix':
      return (text) => rule.text + text;
    case 'suffix':
      return (text) => text + rule.text;
    case 'truncate':
      return compileTruncate(rule, report);
  }
}

const cases = {
  upper: (text: string) => text.toUpperCase(),
  lower: (text: string) => text.toLowerCase(),
  title: (text: string) =>
    text
      .toLowerCase()
      .replace(/(^|[\s\-/(&"“])(\p{L})/gu, (_whole, before: string, letter: string) => before + letter.toUpperCase()),
  sentence: (text: string) =>
    text
      .toLowerCase()
      .replace(/(^|[.!?])(\s*)(\p{L})/gu, (whole, end: string, gap: string, letter: string, at: number) =>
        // "v1.5b" is no new sentence: after a full stop only a blank makes one.
        end !== '' && gap === '' && at > 0 ? whole : end + gap + letter.toUpperCase(),
      ),
};

function compileReplace(rule: RuleOf<'replace'>, report: Report): (text: string) => string {
  const flags = rule.ignoreCase ? 'giu' : 'gu';
  if ((rule.find === undefined) === (rule.pattern === undefined)) {
    report([], 'needs exactly one of find (literal text) and pattern (a regular expression)');
    return (text) => text;
  }
  if (rule.pattern !== undefined) {
    const unsafe = unsafePattern(rule.pattern);
    if (unsafe !== null) {
      report(['pattern'], unsafe);
      return (text) => text;
    }
    const pattern = new RegExp(rule.pattern, flags);
    return (text) => text.replace(pattern, rule.with);
  }
  const literal = new RegExp(rule.find!.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), flags);
  return (text) => text.replace(literal, () => rule.with);
}

/** Counts characters, not UTF-16 units, so that no emoji is cut in half; the ellipsis is part of the length. */
function compileTruncate(rule: RuleOf<'truncate'>, report: Report): (text: string) => string {
  const ellipsis = Array.from(rule.ellipsis ?? '');
  const kept = rule.length - ellipsis.length;
  if (kept < 0) report(['ellipsis'], 'is longer than the length that is to be kept');
  return (text) => {
    if (text.length <= rule.length) return text;
    const characters = Array.from(text);
    return characters.length <= rule.length ? text : [...characters.slice(0, kept), ...ellipsis].join('');
  };
}
