import type { CompiledField } from './compile.ts';
import type { Report } from './language.ts';

/** The fields with each after those that its rules refer to; reports fields that refer to each other in a circle. */
export function orderFields<R>(fields: readonly CompiledField<R>[], report: Report): CompiledField<R>[] {
  const byName = new Map(fields.map((field) => [field.name, field]));
  const ordered: CompiledField<R>[] = [];
  const done = new Set<string>();
  const place = (field: CompiledField<R>, above: readonly string[]): void => {
    if (done.has(field.name)) return;
    done.add(field.name);
    const path = [...above, field.name];
    field.rules.forEach((rule, index) => {
      const referred = rule.refersTo === null ? undefined : byName.get(rule.refersTo);
      if (!referred) return;
      if (path.includes(referred.name)) {
        const circle = [...path.slice(path.indexOf(referred.name)), referred.name].join(' → ');
        report([field.name, 'rules', index], `makes a circle: ${circle}; a field cannot wait for its own result`);
      } else place(referred, path);
    });
    ordered.push(field);
  };
  for (const field of fields) place(field, []);
  return ordered;
}
