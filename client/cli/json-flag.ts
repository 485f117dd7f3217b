/**
 * Arguments with a bare `--json` at their end: of a list it takes a format, and would take the name that stands behind it
 * for one. What follows a `--` stays as it is.
 */
export function withJsonLast(args: readonly string[]): string[] {
  const end = args.indexOf('--');
  const [own, rest] = end < 0 ? [args, []] : [args.slice(0, end), args.slice(end)];
  const isBare = (index: number) => own[index] === '--json' && !/^(document|lines)$/.test(own[index + 1] ?? '');
  const others = own.filter((_, index) => !isBare(index));
  return [...others, ...(others.length < own.length ? ['--json'] : []), ...rest];
}
