/** Control characters, which JSON forbids inside of texts. */
const CONTROLS = String.raw`\u0000-\u001f`;
const TOKEN = new RegExp(
  [
    String.raw`[{}[\],:]`,
    String.raw`"[^"\\${CONTROLS}]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\${CONTROLS}]*)*"`,
    String.raw`-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.+-])`,
    String.raw`(?:true|false|null)(?!\w)`,
  ].join('|'),
  'y',
);
/** A text that is closed on its line, whatever its backslashes say. */
const CLOSED = new RegExp(String.raw`"[^"\\${CONTROLS}]*(?:\\[\s\S][^"\\${CONTROLS}]*)*"`, 'y');
const BLANKS = /[ \t\r\n]*/y;

type Expected = 'value' | 'value or ]' | 'name' | 'name or }' | ':' | ', or }' | ', or ]' | 'end';

const sentences: Record<Expected, string> = {
  value: 'a value is expected here',
  'value or ]': 'a value or ] is expected here',
  name: 'a name in double quotes is expected here',
  'name or }': 'a name in double quotes or } is expected here',
  ':': 'a colon is expected here',
  ', or }': 'a comma or } is expected here',
  ', or ]': 'a comma or ] is expected here',
  end: 'nothing more is expected here',
};

/**
 * Where a text stops being JSON, and what was expected there; undefined for good JSON. V8's own message often has no
 * place, and quotes the text, which may hold an address.
 */
export function jsonTrouble(text: string): { line: number; column: number; reason: string } | undefined {
  const open: ('{' | '[')[] = [];
  let expected: Expected = 'value';
  for (let at = skipBlanks(text, 0); at < text.length; at = skipBlanks(text, TOKEN.lastIndex)) {
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(text)?.[0];
    const next: Expected | undefined = token === undefined ? undefined : step(expected, token, open);
    if (next === undefined) return { ...placeOf(text, at), reason: unreadable(text, at) ?? sentences[expected] };
    expected = next;
  }
  return expected === 'end' ? undefined : { ...placeOf(text, text.length), reason: 'the text ends too early' };
}

function skipBlanks(text: string, from: number): number {
  BLANKS.lastIndex = from;
  BLANKS.exec(text);
  return BLANKS.lastIndex;
}

/** What may follow a token; undefined when it must not stand here. */
function step(expected: Expected, token: string, open: ('{' | '[')[]): Expected | undefined {
  const first = token[0]!;
  if (expected === ':') return first === ':' ? 'value' : undefined;
  if (expected === ', or }' && first === ',') return 'name';
  if (expected === ', or ]' && first === ',') return 'value';
  const closes = expected === 'name or }' || expected === ', or }' ? '}' : undefined;
  const closesList = expected === 'value or ]' || expected === ', or ]' ? ']' : undefined;
  if (first === closes || first === closesList) {
    open.pop();
    return afterValue(open);
  }
  if (expected === 'name' || expected === 'name or }') return first === '"' ? ':' : undefined;
  if (expected !== 'value' && expected !== 'value or ]') return undefined;
  if (first === '{' || first === '[') {
    open.push(first);
    return first === '{' ? 'name or }' : 'value or ]';
  }
  return '}],:'.includes(first) ? undefined : afterValue(open);
}

function afterValue(open: readonly ('{' | '[')[]): Expected {
  const inside = open.at(-1);
  if (inside === undefined) return 'end';
  return inside === '{' ? ', or }' : ', or ]';
}

function unreadable(text: string, at: number): string | undefined {
  if (text[at] === '"') {
    CLOSED.lastIndex = at;
    if (!CLOSED.test(text)) return 'the text in quotes is not closed on its line';
    TOKEN.lastIndex = at;
    return TOKEN.test(text) ? undefined : 'the text in quotes has a backslash that JSON does not know';
  }
  return text[at] === "'" ? 'JSON takes double quotes only' : undefined;
}

function placeOf(text: string, at: number): { line: number; column: number } {
  const before = text.slice(0, at);
  const lastBreak = before.lastIndexOf('\n');
  return { line: before.split('\n').length, column: at - lastBreak };
}
