import { visit } from 'yaml';
import type { Document } from 'yaml';

/** `${NAME}` stands for a variable of the environment. */
const variable = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;
/** The same in letters for private use, which mean nothing to YAML. */
const shielded = /\$\uE000(\w+)\uE001/g;

/**
 * Makes the braces of variables no braces to YAML: within `{ ... }` and `[ ... ]` it would take them for its own. One
 * letter for one, so that every place stays where it is.
 */
export function shieldVariables(text: string): string {
  return text.replace(variable, '$$\uE000$1\uE001');
}

/** Gives variables their braces back. */
export function unshieldVariables(text: string): string {
  return text.replace(shielded, '$${$1}');
}

/** Gives them back in all texts of a document. */
export function unshieldDocument(document: Document): void {
  visit(document, {
    Scalar: (_key, node) => {
      if (typeof node.value === 'string') node.value = unshieldVariables(node.value);
    },
  });
}

type Path = readonly PropertyKey[];

/** The values with every variable replaced by what the environment has; `report` hears of each that is not set. */
export function fillVariables(
  value: unknown,
  environment: Record<string, string | undefined>,
  report: (path: Path, reason: string) => void,
  path: Path = [],
): unknown {
  if (typeof value === 'string') {
    return value.replace(variable, (whole, name: string) => {
      const found = environment[name];
      if (found === undefined) report(path, `the environment variable ${name} is not set`);
      return found ?? whole;
    });
  }
  if (Array.isArray(value))
    return value.map((item, index) => fillVariables(item, environment, report, [...path, index]));
  if (value && typeof value === 'object') {
    const filled = Object.entries(value).map(([key, item]) => [
      key,
      fillVariables(item, environment, report, [...path, key]),
    ]);
    return Object.fromEntries(filled) as unknown;
  }
  return value;
}
