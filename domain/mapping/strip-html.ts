const NAMED: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  ndash: '–',
  mdash: '—',
  hellip: '…',
  bull: '•',
  middot: '·',
  lsquo: '‘',
  rsquo: '’',
  ldquo: '“',
  rdquo: '”',
  laquo: '«',
  raquo: '»',
  deg: '°',
  plusmn: '±',
  times: '×',
  micro: 'µ',
  frac12: '½',
  frac14: '¼',
  frac34: '¾',
  copy: '©',
  reg: '®',
  trade: '™',
  euro: '€',
  pound: '£',
  yen: '¥',
  cent: '¢',
};
/** Tags that end a line for a reader; the others vanish without a gap, so that "<b>H</b>2O" stays one word. */
const BREAKS =
  /<\/?(?:p|div|br|hr|li|ul|ol|tr|td|th|table|h[1-6]|section|article|header|footer|blockquote|pre)(?=[\s/>])[^<>]*>/gi;

/** The text of a piece of HTML: tags, comments, scripts and styles gone, entities decoded once, runs of blanks made one. */
export function stripHtml(html: string): string {
  if (!html.includes('<') && !html.includes('&')) return html.replace(/\s+/g, ' ').trim();
  return cut(cut(cut(html, '<!--', '-->'), '<script', '</script>'), '<style', '</style>')
    .replace(BREAKS, ' ')
    .replace(/<[/!a-z][^<>]*>/gi, '')
    .replace(/&(#x?[0-9a-f]{1,6}|[a-z][a-z0-9]{1,7});/gi, (whole, name: string) => entity(name) ?? whole)
    .replace(/\s+/g, ' ')
    .trim();
}

/** Cuts every stretch between the two marks. By search, because a lazy pattern takes quadratic time when the end is missing. */
function cut(html: string, start: string, end: string): string {
  // Letter by letter: a Turkish İ in lower case is two characters, and every place behind it would be another.
  const lower = html.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  const kept: string[] = [];
  let at = 0;
  for (;;) {
    const from = lower.indexOf(start, at);
    const to = from < 0 ? -1 : lower.indexOf(end, from);
    if (to < 0) return kept.join('') + html.slice(at);
    kept.push(html.slice(at, from), ' ');
    at = to + end.length;
  }
}

function entity(name: string): string | undefined {
  if (!name.startsWith('#')) return NAMED[name.toLowerCase()];
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  const printable = code >= 0x20 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
  return printable ? String.fromCodePoint(code) : undefined;
}
