import pLimit from 'p-limit';
import { openSession } from '../client/session.ts';
import { applySource } from '../client/sources.ts';
import { findSkus } from './requests.ts';
import type { BenchSystem } from './system.ts';

const APPLIED_AT_ONCE = 10;
/** Of each store at the most: so many are enough for requests one after the other. */
const MOST_SKUS = 50;

export const hashOf = (name: string) => name.replace('-', '');

/** A store for each source, with so many products of one variant; answers SKUs of each that can be ordered. */
export async function makeStores(
  system: BenchSystem,
  names: readonly string[],
  products: number,
): Promise<Map<string, string[]>> {
  const skus = new Map<string, string[]>();
  for (const [index, name] of names.entries()) {
    await system.control('PUT', `stores/${hashOf(name)}`, { products, variants: 1, seed: index + 1 });
    skus.set(name, await findSkus(system, Math.min(MOST_SKUS, products / 5), { hash: hashOf(name) }));
  }
  return skus;
}

/** Applies a source for each name, without a process for each; `settings` is what follows its connection. */
export async function applyMany(system: BenchSystem, names: readonly string[], settings: string): Promise<void> {
  Object.assign(process.env, system.environment);
  const session = await openSession();
  const limit = pLimit(APPLIED_AT_ONCE);
  await limit.map(names, async (name) => {
    const connection = `connection: { type: api_token, storeHash: ${hashOf(name)}, accessToken: ${hashOf(name)}-token }`;
    await applySource(session, `name: ${name}\n${connection}\n${settings}\n`, 'bench');
  });
  await session.close();
}
