import { listBrands } from '../bigcommerce/brands.ts';
import { listCategories } from '../bigcommerce/categories.ts';
import type { StoreClient } from '../bigcommerce/client.ts';
import type { Priority } from '../bigcommerce/quota.ts';
import { readFields, readId, readList } from '../bigcommerce/read.ts';
import { loadReferences, saveBrands, saveCategories } from '../database/references.ts';
import { listRuns } from '../database/runs.ts';
import type { StoredSource } from '../database/sources.ts';
import type { Dependencies } from './dependencies.ts';
import { buildContext } from './import-context.ts';
import type { ImportContext, RunFacts } from './import-context.ts';

const MOST_CONTEXTS = 16;

export type LiveContexts = ReturnType<typeof createLiveContexts>;

/**
 * Contexts for reading single products between two imports: the newest settings of the source, and currency, units,
 * brands and categories as the last import found them. Null where no import has completed yet.
 */
export function createLiveContexts(deps: Dependencies) {
  const known = new Map<string, ImportContext>();
  /** Ids that the store itself does not know: asked for once a source and process. */
  const unknown = new Map<number, Set<string>>();
  return {
    async of(source: StoredSource, priority: Priority): Promise<ImportContext | null> {
      const [last] = await listRuns(deps.db, { sourceId: source.id, job: 'inventory', status: 'completed', limit: 1 });
      if (!last) return null;
      const key = `${source.id} ${source.version} ${last.id} ${priority}`;
      const facts = { ...(last.context as unknown as RunFacts), firstImport: false };
      const context = known.get(key) ?? (await buildContext(deps, { runId: '', source, facts, priority }));
      known.delete(key);
      known.set(key, context);
      if (known.size > MOST_CONTEXTS) known.delete(known.keys().next().value!);
      return context;
    },

    /** Asks for brands and categories again where products name one that came after the last import. */
    async complete(context: ImportContext, store: StoreClient, products: unknown[], signal: AbortSignal) {
      const { id } = context.source;
      const tried = unknown.get(id) ?? new Set<string>();
      unknown.set(id, tried);
      const missing = missingReferences(context, products).filter((key) => !tried.has(key));
      if (missing.length === 0) return;
      for (const key of missing) tried.add(key);
      if (missing.some((key) => key.startsWith('brand')))
        await saveBrands(deps.db, id, await listBrands(store, signal));
      if (missing.some((key) => key.startsWith('category')))
        await saveCategories(deps.db, id, await listCategories(store, signal));
      context.mapping = { ...context.mapping, ...(await loadReferences(deps.db, id)) };
    },
  };
}

function missingReferences({ mapping }: ImportContext, products: unknown[]): string[] {
  const missing = new Set<string>();
  for (const raw of products) {
    const fields = readFields(raw);
    const brand = readId(fields['brand_id']);
    if (brand !== undefined && !mapping.brands.has(brand)) missing.add(`brand ${brand}`);
    for (const value of readList(fields['categories'])) {
      const category = readId(value);
      if (category !== undefined && !mapping.categories.has(category)) missing.add(`category ${category}`);
    }
  }
  return [...missing];
}
