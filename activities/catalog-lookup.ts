import { findCountry, listStates } from '../bigcommerce/countries.ts';
import type { CountryKey } from '../bigcommerce/countries.ts';
import type { StoreClient } from '../bigcommerce/client.ts';
import { StoreError } from '../bigcommerce/failures.ts';
import { getProductFacts } from '../bigcommerce/product-facts.ts';
import type { StoreProduct } from '../bigcommerce/product-facts.ts';
import { findVariantsBySku } from '../bigcommerce/variant-search.ts';
import type { StoreVariant } from '../bigcommerce/variant-search.ts';
import { countryCode } from '../domain/fulfillment/country.ts';
import type { Country } from '../domain/fulfillment/country-book.ts';

/** Requests that are sent together share what they ask of the catalogue; longer than this it may have changed. */
const CATALOG_MS = 60_000;
const COUNTRIES_MS = 3_600_000;
/** How long the first of several requests waits for others that need other products. */
const GATHER_MS = 20;
const MOST_REMEMBERED = 5_000;

/** What a store says of SKUs, products and countries, each asked for once for all that ask at the same time. */
export interface CatalogLookup {
  variants(client: StoreClient, sku: string): Promise<StoreVariant[]>;
  product(client: StoreClient, id: number): Promise<StoreProduct | null>;
  country(client: StoreClient, nameOrCode: string): Promise<Country | null>;
  /** Forgets what was remembered of stock: a refusal by the store shows that it has changed. */
  forgetCatalog(): void;
  /** Forgets what was asked for before an instant about these SKUs and products; whether there was anything. */
  forgetOlder(than: number, about: { skus: string[]; productIds: number[] }): boolean;
  /** Forgets what nobody would be answered with any more; how much is left. */
  forgetExpired(): number;
}

export function createCatalogLookup(now: () => number = Date.now): CatalogLookup {
  const variants = new Remembered<StoreVariant[]>(CATALOG_MS, now);
  const products = new Remembered<StoreProduct | null>(CATALOG_MS, now);
  const countries = new Remembered<Country | null>(COUNTRIES_MS, now);
  const gatherer = createGatherer();
  return {
    variants: (client, sku) => variants.get(sku, () => findVariantsBySku(client, sku)),
    product: (client, id) => products.get(String(id), () => gatherer(client, id)),
    country: (client, nameOrCode) =>
      countries.get(nameOrCode.trim().toLowerCase(), () => readCountry(client, nameOrCode.trim())),
    forgetCatalog() {
      variants.clear();
      products.clear();
    },
    forgetOlder(than, { skus, productIds }) {
      const old = [
        ...skus.map((sku) => variants.forgetOlder(sku, than)),
        ...productIds.map((id) => products.forgetOlder(String(id), than)),
      ];
      return old.includes(true);
    },
    forgetExpired: () => variants.forgetExpired() + products.forgetExpired() + countries.forgetExpired(),
  };
}

/**
 * One lookup a store, for everything that runs in this process. What has expired is forgotten for all stores together:
 * otherwise each would keep everything that was ever ordered of it.
 */
export function createCatalogLookups(now: () => number = Date.now): (storeHash: string) => CatalogLookup {
  const lookups = new Map<string, CatalogLookup>();
  let tidyAt = now() + CATALOG_MS;
  const tidy = () => {
    for (const [hash, lookup] of lookups) if (lookup.forgetExpired() === 0) lookups.delete(hash);
    tidyAt = now() + CATALOG_MS;
  };
  return (storeHash) => {
    if (now() >= tidyAt) tidy();
    const known = lookups.get(storeHash) ?? createCatalogLookup(now);
    lookups.set(storeHash, known);
    return known;
  };
}

/** Promises by key for a while; one that fails is forgotten at once, one that has expired when it is asked to. */
class Remembered<T> {
  private readonly known = new Map<string, { promise: Promise<T>; until: number }>();

  constructor(
    private readonly ms: number,
    private readonly now: () => number,
  ) {}

  get(key: string, ask: () => Promise<T>): Promise<T> {
    const found = this.known.get(key);
    if (found && found.until > this.now()) return found.promise;
    const promise = ask();
    this.known.delete(key);
    this.known.set(key, { promise, until: this.now() + this.ms });
    promise.catch(() => this.known.delete(key));
    if (this.known.size > MOST_REMEMBERED) this.known.delete(this.known.keys().next().value!);
    return promise;
  }

  forgetOlder(key: string, than: number): boolean {
    const found = this.known.get(key);
    return found !== undefined && found.until - this.ms < than && this.known.delete(key);
  }

  /** Answers how many are left. */
  forgetExpired(): number {
    // They stand in the order in which they expire.
    for (const [key, { until }] of this.known) {
      if (until > this.now()) break;
      this.known.delete(key);
    }
    return this.known.size;
  }

  clear(): void {
    this.known.clear();
  }
}

/** Gathers the ids that are asked for within a moment: BigCommerce answers for ten products as fast as for one. */
function createGatherer(): (client: StoreClient, id: number) => Promise<StoreProduct | null> {
  let gathered: Map<number, ((found: Promise<StoreProduct | null>) => void)[]> | undefined;
  return (client, id) =>
    new Promise((resolve) => {
      if (!gathered) {
        const batch = (gathered = new Map());
        setTimeout(() => {
          gathered = undefined;
          const answer = getProductFacts(client, [...batch.keys()]);
          answer.catch(() => undefined);
          for (const [wanted, waiting] of batch) {
            const found = answer.then((products) => products.find((product) => product.id === wanted) ?? null);
            for (const tell of waiting) tell(found);
          }
        }, GATHER_MS);
      }
      gathered.set(id, [...(gathered.get(id) ?? []), resolve]);
    });
}

async function readCountry(client: StoreClient, nameOrCode: string): Promise<Country | null> {
  try {
    const code = countryCode(nameOrCode);
    // The store's own names and codes come first.
    const found =
      (await findCountry(client, countryKey(nameOrCode))) ?? (code && (await findCountry(client, { iso2: code })));
    if (!found) return null;
    const { id, name, iso2, iso3 } = found;
    const states = await listStates(client, id);
    return { name, iso2, iso3: iso3 ?? undefined, states: states.length > 0 ? states : null };
  } catch (error) {
    if (error instanceof StoreError && error.code === 'not_found') return generalCountry(nameOrCode);
    throw error;
  }
}

/** How the list may know it; no country has a name of three letters. */
function countryKey(nameOrCode: string): CountryKey {
  const code = nameOrCode.toUpperCase();
  if (/^[A-Z]{3}$/.test(code)) return { iso3: code };
  return code.length === 2 ? { iso2: code } : { name: nameOrCode };
}

/** A store without a list of countries judges the order by itself; the name is CLDR's. */
function generalCountry(nameOrCode: string): Country | null {
  const iso2 = countryCode(nameOrCode);
  const name = iso2 && new Intl.DisplayNames('en', { type: 'region' }).of(iso2);
  return iso2 && name ? { name, iso2, states: null } : null;
}
