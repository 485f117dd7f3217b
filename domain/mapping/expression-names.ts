import type jsonata from 'jsonata';

/** A node of JSONata's tree; its published type lacks several of the fields that the parser writes. */
export type ExpressionNode = Omit<jsonata.ExprNode, 'type'> & { type: string };

export interface ExpressionNames {
  /** Names that are looked up on the record itself. */
  roots: Set<string>;
  /** Every name that occurs anywhere, so also those below a root, in filters and in functions. */
  all: Set<string>;
  /** Whether the expression can see the whole record, so that its names do not tell what it needs. */
  seesEverything: boolean;
  /** Variables and functions that are used, and those that the expression itself gives a value. */
  variables: Set<string>;
  bound: Set<string>;
  patterns: RegExp[];
}

/** Which names, functions and patterns an expression uses. Where in doubt it answers with more rather than with less. */
export function namesIn(tree: ExpressionNode): ExpressionNames {
  const names: ExpressionNames = {
    roots: new Set(),
    all: new Set(),
    seesEverything: false,
    variables: new Set(),
    bound: new Set(),
    patterns: [],
  };
  visit(tree, true, names);
  return names;
}

function visit(node: unknown, onRecord: boolean, names: ExpressionNames): void {
  if (Array.isArray(node)) {
    for (const each of node) visit(each, onRecord, names);
    return;
  }
  if (typeof node !== 'object' || node === null) return;
  if (node instanceof RegExp) {
    names.patterns.push(node);
    return;
  }
  const expression = node as ExpressionNode;
  note(expression, onRecord, names);
  if (expression.type === 'path') return visitPath(expression, onRecord, names);
  for (const [key, child] of Object.entries(expression)) {
    if (key === 'stages' || key === 'predicate' || key === 'group' || key === 'body') visit(child, false, names);
    else visit(child, onRecord && expression.type !== 'lambda', names);
  }
}

/** Only the first step of a path is looked up on the record; `$` and `$$` stand for it and pass the look-up on. */
function visitPath(path: ExpressionNode, onRecord: boolean, names: ExpressionNames): void {
  const steps = path.steps ?? [];
  const wholeRecord =
    steps.length > 1 && steps[0]?.type === 'variable' && (steps[0].value === '' || steps[0].value === '$');
  const rest = wholeRecord ? steps.slice(1) : steps;
  rest.forEach((step, index) => visit(step, onRecord && index === 0, names));
  const { steps: _steps, type: _type, ...others } = path;
  visit(Object.values(others), false, names);
}

function note(node: ExpressionNode, onRecord: boolean, names: ExpressionNames): void {
  const value = node.value as unknown;
  if (node.type === 'name' && typeof value === 'string') {
    names.all.add(value);
    if (onRecord) names.roots.add(value);
  }
  const isWhole = node.type === 'variable' && (value === '' || value === '$');
  if (isWhole || SEE_EVERYTHING.has(node.type)) names.seesEverything = true;
  else if (node.type === 'variable') names.variables.add(String(value));
  if (node.type === 'bind' && !Array.isArray(node.lhs)) bind(node.lhs?.value, names);
  if (node.type === 'lambda') for (const parameter of node.arguments ?? []) bind(parameter.value, names);
  const { focus, index } = node as { focus?: unknown; index?: unknown };
  bind(focus, names);
  bind(index, names);
  if (node.type === 'function' && takesContext(node)) names.seesEverything = true;
}

function bind(name: unknown, names: ExpressionNames): void {
  if (typeof name === 'string') names.bound.add(name);
}

const SEE_EVERYTHING = new Set(['wildcard', 'descendant', 'parent', 'transform']);

/** How many arguments a function needs before it no longer takes what the expression stands on as its first. */
const CONTEXT_ARITY: Record<string, number> = {
  contains: 2,
  each: 2,
  formatInteger: 2,
  formatNumber: 2,
  lookup: 2,
  match: 2,
  pad: 2,
  parseInteger: 2,
  power: 2,
  replace: 3,
  sift: 2,
  split: 2,
  substring: 2,
  substringAfter: 2,
  substringBefore: 2,
};

function takesContext(node: ExpressionNode): boolean {
  const called = node.procedure?.value as unknown;
  const enough = typeof called === 'string' && Object.hasOwn(CONTEXT_ARITY, called) ? CONTEXT_ARITY[called]! : 1;
  return (node.arguments?.length ?? 0) < enough;
}
