import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Table } from '../../simulator/table.ts';

interface Row {
  readonly key: string;
}

const id = fc.integer({ min: 1, max: 5 });
const row = fc.record({ key: fc.constantFrom('a', 'b', '') });
const step = fc.oneof(
  fc.record({ kind: fc.constant('put' as const), id, row }),
  fc.record({ kind: fc.constant('restore' as const), id, row: fc.option(row) }),
  fc.record({ kind: fc.constant('delete' as const), id }),
  fc.record({ kind: fc.constant('clear' as const) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function take(table: Table<Row>, step: Step): void {
  if (step.kind === 'put') table.put(step.id, step.row);
  else if (step.kind === 'restore') table.restore(step.id, step.row);
  else if (step.kind === 'delete') table.delete(step.id);
  else table.clear();
}

test('rows are found by their key, whatever was written, restored and deleted', () => {
  const everything = fc.array(step, { maxLength: 40 });
  fc.assert(
    fc.property(everything, (steps) => {
      const table = new Table<Row>({ firstId: 1, onWrite: () => undefined, keyOf: ({ key }) => key });
      for (const one of steps) {
        take(table, one);
        for (const key of ['a', 'b', '']) {
          const searched = table.all().filter((row) => row.key === key);
          expect(new Set(table.withKey(key))).toEqual(new Set(searched));
        }
      }
    }),
  );
});

test('every write is told, and none that is restored', () => {
  const told: [number, Row | null][] = [];
  const table = new Table<Row>({ firstId: 1, onWrite: (id, row) => told.push([id, row]) });
  table.restore(1, { key: 'a' });
  table.put(2, { key: 'b' });
  table.delete(2);
  table.delete(3);
  expect(told).toEqual([
    [2, { key: 'b' }],
    [2, null],
  ]);
});
