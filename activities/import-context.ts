import type { StoreClient } from '../bigcommerce/client.ts';
import type { Priority } from '../bigcommerce/quota.ts';
import type { ProductSelection } from '../bigcommerce/products.ts';
import { loadReferences } from '../database/references.ts';
import { findRun } from '../database/runs.ts';
import { loadSourceVersion } from '../database/sources.ts';
import type { WriteScope } from '../database/write-result.ts';
import { compileInventoryTemplate } from '../domain/mapping/inventory-template.ts';
import type { CompiledInventoryTemplate, ItemContext } from '../domain/mapping/inventory-template.ts';
import type { InventorySettings } from '../domain/source/inventory.ts';
import type { Dependencies } from './dependencies.ts';
import { failure } from './failures.ts';
import { openStore } from './stores.ts';

/** Everything that the steps of one import share; read once a run and process, and never changed by them. */
export interface ImportContext {
  runId: string;
  source: { id: number; name: string; storeHash: string | null };
  settings: InventorySettings;
  template: CompiledInventoryTemplate;
  mapping: ItemContext;
  scope: WriteScope;
  /** What to ask of each product; loses its field list when a store answers without the variants. */
  selection: ProductSelection;
  /** A client that counts its own requests: open one an activity. */
  openStore(): Promise<StoreClient>;
}

/** What `readCatalogReferences` keeps in the run for the steps after it. */
export interface RunFacts {
  currency: string | null;
  weightFactorKg: string;
  dimensionFactorCm: string;
  firstImport: boolean;
}

const MOST_CONTEXTS = 8;

/** A loader with a small memory: brands and categories of a store are read once a run, not once a slice. */
export function createContextLoader(deps: Dependencies): (runId: string) => Promise<ImportContext> {
  const known = new Map<string, Promise<ImportContext>>();
  return (runId) => {
    const found = known.get(runId) ?? loadContext(deps, runId);
    known.delete(runId);
    known.set(runId, found);
    found.catch(() => known.delete(runId));
    if (known.size > MOST_CONTEXTS) known.delete(known.keys().next().value!);
    return found;
  };
}

async function loadContext(deps: Dependencies, runId: string): Promise<ImportContext> {
  const run = await findRun(deps.db, runId);
  if (!run) throw failure('internal', `Run ${runId} is not in the database.`);
  const version = await loadSourceVersion(deps.db, run.sourceId, run.sourceVersion);
  const source = { id: run.sourceId, name: run.source, ...version };
  return buildContext(deps, { runId, source, facts: run.context as unknown as RunFacts, priority: 'import' });
}

interface ContextScene {
  runId: string;
  source: { id: number; name: string; storeHash: string | null; settings: Record<string, unknown> };
  facts: RunFacts;
  /** Whose turn it is in the quota of the store. */
  priority: Priority;
}

/** What reading and mapping products needs, whoever asks for them. */
export async function buildContext(
  deps: Dependencies,
  { runId, source, facts, priority }: ContextScene,
): Promise<ImportContext> {
  const { id, name, storeHash } = source;
  const settings = inventorySettings(source.settings, name);
  const template = templateOf(settings, name);
  const references = await loadReferences(deps.db, id);
  return {
    runId,
    source: { id, name, storeHash },
    settings,
    template,
    mapping: {
      storeCurrency: facts.currency,
      weightFactorKg: facts.weightFactorKg,
      dimensionFactorCm: facts.dimensionFactorCm,
      untrackedQuantity: settings.untrackedQuantity,
      unpurchasable: settings.unpurchasable,
      metrics: new Map(),
      ...references,
    },
    scope: { sourceId: id, runId, firstImport: facts.firstImport, mode: 'feed' },
    selection: { fields: template.productFields, images: template.needsImages },
    openStore: () => openStore(deps, { id, name, storeHash }, priority),
  };
}

/** The inventory settings of a stored source. Fails when the source has none. */
export function inventorySettings(settings: Record<string, unknown>, source: string): InventorySettings {
  const inventory = settings['inventory'] as InventorySettings | undefined;
  if (!inventory) throw failure('job_not_set_up', `Source ${source} has no inventory settings.`);
  return inventory;
}

/** The compiled template; it was checked when the source was applied. */
export function templateOf(settings: InventorySettings, source: string): CompiledInventoryTemplate {
  const compiled = compileInventoryTemplate(settings.mapping, settings.mappingSets ?? {});
  if (compiled.ok) return compiled.template;
  const reasons = compiled.problems.map((problem) => `${problem.path.join('.')}: ${problem.reason}`).join('; ');
  throw failure('mapping_failed', `The mapping of source ${source} cannot be used: ${reasons}.`);
}
