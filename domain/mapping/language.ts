import type { Template } from './template.ts';

/** How a target's value is held and which rules suit it. `measure` is a decimal in a stated unit, `any` whatever comes. */
export type TargetKind = 'text' | 'money' | 'measure' | 'quantity' | 'list' | 'any';

export interface Target {
  readonly kind: TargetKind;
  /** The refusal of an item whose value ends up missing; such a target cannot be left empty. */
  readonly missing?: { readonly code: string; readonly reason: string };
  /** Blank text means that nothing is known. */
  readonly blankIsNull?: boolean;
  /** Zero means that nothing is known, before the rules and after them. */
  readonly zeroIsNull?: boolean;
  /** What a `measure` measures; paths are converted to the target's unit. */
  readonly measures?: 'weight' | 'length';
}

/** How the value under a path is read from a record. */
export interface ResolvedPath<R> {
  read: (record: R) => unknown;
  /** Turns the stored value into the target's unit; shown by previews as a step of its own. */
  convert?: { name: string; apply: (value: unknown, record: R) => unknown };
  /** What must have been fetched for the path to have a value, in the language's own names. */
  needs: readonly string[];
  /** The value is the same for all records of a group (the variants of a product), so that it is worked out once. */
  isShared?: boolean;
}

/** What expressions of a language see. */
export interface ExpressionLanguage<R> {
  /** Names that an expression may start a path with. */
  roots: ReadonlySet<string>;
  /** What a name anywhere in an expression needs fetched; more than necessary is fine. */
  needsOf: (name: string) => readonly string[];
  input: (record: R) => unknown;
  /** Functions by name (without the dollar sign) on top of JSONata's own. */
  functions: (record: R) => Record<string, unknown>;
  functionNames: ReadonlySet<string>;
}

/** Everything that makes the general engine map one kind of record: inventory items, orders, shipments. */
export interface TemplateLanguage<R> {
  targets: ReadonlyMap<string, Target>;
  /** How targets that are not listed are treated; null refuses them. */
  extras: Target | null;
  /** Names that an extra target must not take. */
  reserved: ReadonlySet<string>;
  /** What the targets get that a template leaves out. */
  defaults: Template;
  resolvePath: (path: string, target: Target | null) => ResolvedPath<R> | { problem: string };
  expressions: ExpressionLanguage<R>;
}

/** Something in a template that cannot work; `path` leads to its node in the mapping document. */
export interface Problem {
  path: (string | number)[];
  reason: string;
}

/** Collects problems; paths are relative to the node that is being compiled. */
export type Report = (path: readonly (string | number)[], reason: string) => void;

/** The same report for a child node. */
export function within(report: Report, ...segments: (string | number)[]): Report {
  return (path, reason) => report([...segments, ...path], reason);
}
