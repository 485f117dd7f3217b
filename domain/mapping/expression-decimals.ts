import { Big } from 'big.js';
import type jsonata from 'jsonata';
import { toDecimal } from './decimal.ts';
import type { ExpressionNode } from './expression-names.ts';

/** A name that no expression can spell, so that nothing a user binds gets in its way. */
const functionName = (operator: string) => `decimal ${operator}`;

const OPERATORS: Record<string, (left: Big, right: Big) => Big> = {
  '+': (left, right) => left.plus(right),
  '-': (left, right) => left.minus(right),
  '*': (left, right) => left.times(right),
  '/': (left, right) => left.div(right),
  '%': (left, right) => left.mod(right),
};

/**
 * Makes the expression calculate in decimals: JSONata adds and multiplies doubles (12.35 * 1.1 gives 13.585000000000001),
 * so each arithmetic operator of its tree becomes a call of ours, and `$sum` and `$average` are replaced. Each result is
 * handed back as the nearest double, whose text holds up to 15 digits exactly; a missing or null operand gives nothing.
 */
export function calculateInDecimals(expression: jsonata.Expression): void {
  for (const [operator, calculate] of Object.entries(OPERATORS)) {
    expression.registerFunction(functionName(operator), (left: unknown, right: unknown) => {
      const [a, b] = [operand(left), operand(right)];
      return a === null || b === null ? undefined : calculate(a, b).toNumber();
    });
  }
  const total = (values: Big[]) => values.reduce((sum, value) => sum.plus(value), new Big(0));
  const listed = (list: unknown) =>
    (Array.isArray(list) ? list : [list]).map(operand).filter((value) => value !== null);
  expression.registerFunction('sum', (list: unknown) =>
    list === undefined ? undefined : total(listed(list)).toNumber(),
  );
  expression.registerFunction('average', (list: unknown) => {
    const values = list === undefined ? [] : listed(list);
    return values.length === 0 ? undefined : total(values).div(values.length).toNumber();
  });
  replaceOperators(expression.ast() as unknown as ExpressionNode);
}

function operand(value: unknown): Big | null {
  if (value === undefined || value === null) return null;
  const decimal = typeof value === 'boolean' ? null : toDecimal(value);
  if (decimal === null) throw new TypeError(`${JSON.stringify(value)} is not a number to calculate with`);
  return decimal;
}

/** JSONata evaluates the very tree that `ast()` gives out, so nodes are changed in place. */
function replaceOperators(node: unknown): void {
  if (typeof node !== 'object' || node === null || node instanceof RegExp) return;
  for (const child of Object.values(node)) replaceOperators(child);
  const binary = node as ExpressionNode;
  const operator = binary.value as unknown;
  if (binary.type !== 'binary' || typeof operator !== 'string' || !Object.hasOwn(OPERATORS, operator)) return;
  const { lhs, rhs, position } = binary;
  const procedure = { type: 'variable', value: functionName(operator), position };
  Object.assign(binary, { type: 'function', value: '(', arguments: [lhs, rhs], procedure });
  delete binary.lhs;
  delete binary.rhs;
}
