import { completeDraft } from './catalogue/draft.ts';
import type { CatalogueChange } from './catalogue/changes.ts';
import type { Catalogue } from './catalogue/catalogue.ts';
import { toIso } from './dates.ts';
import { Random } from './random.ts';

/** How a catalogue changes while somebody reads it: after every so many product lists, so many products of each kind. */
export interface ChurnSettings {
  readonly every: number;
  readonly deletes: number;
  readonly touches: number;
  readonly creates: number;
  readonly hides: number;
  readonly seed: number;
  /** How many rounds to do; without it, as long as somebody reads. */
  readonly rounds?: number | undefined;
}

export interface ChurnRound {
  readonly at: string;
  /** The number of the product list before whose answer this happened. */
  readonly beforeList: number;
  readonly deleted: number[];
  readonly touched: number[];
  readonly created: number[];
  readonly hidden: number[];
}

export interface ChurnTarget {
  readonly catalogue: Catalogue;
  readonly now: () => number;
  readonly change: (change: CatalogueChange) => void;
}

/** Changes the catalogue between the pages of a reader, and remembers what it did so that a test can compare. */
export class Churn {
  settings: ChurnSettings | undefined;
  rounds: ChurnRound[] = [];
  #lists = 0;
  #random = new Random(1);
  readonly #target: ChurnTarget;

  constructor(target: ChurnTarget) {
    this.#target = target;
  }

  start(settings: ChurnSettings): void {
    this.settings = settings;
    this.rounds = [];
    this.#lists = 0;
    this.#random = new Random(settings.seed);
  }

  stop(): void {
    this.settings = undefined;
  }

  /** To be called before each product list is answered. The first list of a walk is answered unchanged. */
  beforeProductList(): void {
    this.#lists += 1;
    const { settings } = this;
    if (settings === undefined || this.#lists === 1 || (this.#lists - 1) % settings.every !== 0) return;
    if (settings.rounds !== undefined && this.rounds.length >= settings.rounds) return;
    const deleted = this.#pick(settings.deletes, (productId) => ({ kind: 'product-delete', productId }));
    const touched = this.#pick(settings.touches, (productId) => this.#fields(productId, {}));
    const hidden = this.#pick(settings.hides, (productId) => this.#fields(productId, { is_visible: false }));
    const created = Array.from({ length: settings.creates }, () => this.#create());
    const at = new Date(this.#target.now()).toISOString();
    this.rounds.push({ at, beforeList: this.#lists, deleted, touched, created, hidden });
  }

  #pick(count: number, make: (productId: number) => CatalogueChange): number[] {
    const picked: number[] = [];
    for (let turn = 0; turn < count && this.#target.catalogue.ids.size > 0; turn += 1) {
      const { ids } = this.#target.catalogue;
      const id = ids.at(this.#random.int(0, ids.size - 1)) as number;
      this.#target.change(make(id));
      picked.push(id);
    }
    return picked;
  }

  #fields(productId: number, fields: Record<string, unknown>): CatalogueChange {
    return { kind: 'product-fields', productId, fields: { ...fields, date_modified: toIso(this.#target.now()) } };
  }

  #create(): number {
    const { catalogue } = this.#target;
    const id = catalogue.nextProductId();
    const date = toIso(this.#target.now());
    const draft = { name: `New product ${id}`, sku: `NEW-${id}`, price: 9.99, date_created: date, date_modified: date };
    const product = completeDraft(draft, id, () => catalogue.nextVariantId());
    this.#target.change({ kind: 'product-put', product });
    return id;
  }
}
