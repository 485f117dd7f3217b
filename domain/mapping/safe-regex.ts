const LONGEST_PATTERN = 200;
const MOST_UNBOUNDED = 4;

/**
 * Why a regular expression from a template is refused, or null when it may be used. Templates run on every item of a
 * feed, so a pattern whose time can explode is refused by its form: no repetition inside a repeated group, no repeated
 * group with alternatives, no look-behind or look-ahead, no back-references, few open repetitions. Stricter than needed.
 */
export function unsafePattern(pattern: string, flags = 'u'): string | null {
  if (pattern.length > LONGEST_PATTERN) return `is longer than ${LONGEST_PATTERN} characters`;
  try {
    new RegExp(pattern, flags);
  } catch (error) {
    return `is not a regular expression: ${error instanceof Error ? error.message : String(error)}`;
  }
  return dangerousForm(pattern);
}

interface Group {
  repeats: boolean;
  alternatives: boolean;
}

function dangerousForm(pattern: string): string | null {
  const plain = pattern.replace(/\\[^1-9k]/g, '_').replace(/\[(?:\\.|[^\]\\])*\]/g, '_');
  if (/\\[1-9k]/.test(plain)) return 'refers back to a group, which can take very long';
  if (/\(\?<?[=!]/.test(plain)) return 'looks ahead or behind, which can take very long';
  let open = 0;
  const groups: Group[] = [{ repeats: false, alternatives: false }];
  for (let at = 0; at < plain.length; at++) {
    const inner = groups.at(-1)!;
    if (plain[at] === '(') groups.push({ repeats: false, alternatives: false });
    else if (plain[at] === '|') inner.alternatives = true;
    else if (plain[at] === ')' && groups.length > 1) {
      groups.pop();
      const repeated = repetitionAt(plain, at + 1);
      if (repeated && inner.repeats) return 'repeats a group that repeats itself, which can take very long';
      if (repeated && inner.alternatives) return 'repeats a group with alternatives, which can take very long';
      if (inner.repeats) groups.at(-1)!.repeats = true;
    } else if (plain[at] !== '(' && repetitionAt(plain, at)) {
      inner.repeats = true;
      open++;
    }
  }
  return open > MOST_UNBOUNDED ? `repeats in more than ${MOST_UNBOUNDED} places, which can take very long` : null;
}

/** Whether a quantifier that can match more than once stands here; `?` does not repeat. */
function repetitionAt(pattern: string, at: number): boolean {
  return /^(?:[*+]|\{\d+,\d*\}|\{(?!1\})\d+\})/.test(pattern.slice(at, at + 12));
}
