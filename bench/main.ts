import * as beside from './beside.ts';
import * as cases from './cases.ts';
import { cpu } from './cpu.ts';
import * as many from './many.ts';
import { fleet } from './fleet.ts';
import { neighbours } from './neighbours.ts';
import { misses } from './report.ts';
import * as scaleOut from './scale-out.ts';
import * as sending from './sending.ts';
import * as shipments from './shipments.ts';
import * as waiting from './waiting.ts';
import * as webhooks from './webhooks.ts';

// Usage: npm run bench [-- CASE...]; without names all are measured (some hours on two cores).
const all: Record<string, () => Promise<void>> = {
  ...cases,
  ...sending,
  ...waiting,
  ...shipments,
  ...scaleOut,
  ...many,
  ...beside,
  ...webhooks,
  fleet,
  neighbours,
  cpu,
};
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in all));
if (unknown.length > 0) {
  process.stderr.write(`There is no case ${unknown.join(', ')}; there are ${Object.keys(all).join(', ')}.\n`);
  process.exit(2);
}
for (const name of wanted.length > 0 ? wanted : Object.keys(all)) {
  process.stdout.write(`\n${name}\n`);
  await all[name]!();
}
process.exitCode = misses() > 0 ? 1 : 0;
