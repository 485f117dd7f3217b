/** Names joined by dots, each with an optional place in a list: `custom_url.url`, `images[0].url_zoom`. */
const PATH = /^[A-Za-z_]\w*(?:\[\d{1,3}\])*(?:\.[A-Za-z_]\w*(?:\[\d{1,3}\])*)*$/;

/** The steps of a plain field path, or null when the text is no such path. */
export function parsePath(path: string): (string | number)[] | null {
  if (!PATH.test(path)) return null;
  return Array.from(path.matchAll(/\w+/g), ([step]) => (/^\d/.test(step) ? Number(step) : step));
}

/** A reader of the value under these steps; what is missing reads as null. */
export function readerOf(steps: readonly (string | number)[]): (root: unknown) => unknown {
  const [first, second] = steps;
  if (first === undefined) return (root) => root ?? null;
  if (second === undefined) return (root) => child(root, first);
  return (root) => {
    let value = root;
    for (const step of steps) value = child(value, step);
    return value;
  };
}

function child(value: unknown, step: string | number): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return null;
  return (value as Record<string | number, unknown>)[step] ?? null;
}

/** The known name that a misspelt one most likely means, as the end of a sentence, or nothing. */
export function suggestion(name: string, known: Iterable<string>): string {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(name.length / 4)) + 1;
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best === undefined ? '' : `; did you mean ${best}?`;
}

function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++) {
      const replaced = row[j - 1]! + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[right.length]!;
}
