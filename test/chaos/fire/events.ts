import { randomUUID } from 'node:crypto';
import type { ClusterSystem } from '../../cluster/system.ts';
import { hookOf, sendEvent } from '../../helpers/store-events.ts';
import type { Hook } from '../../helpers/store-events.ts';
import { PERSON } from '../request-life.ts';
import { clientSecretOf, tokenOf } from './business.ts';
import type { Shop } from './business.ts';

/**
 * Tells serve of orders, signed as the stores do it and beside what these send by themselves: of these events it is
 * known which were answered, which no store remembers that was killed.
 */
export class Events {
  /** Ids of those that serve has said to have taken. */
  readonly answered: string[] = [];
  readonly #hooks: ReadonlyMap<Shop, Hook>;

  private constructor(hooks: ReadonlyMap<Shop, Hook>) {
    this.#hooks = hooks;
  }

  static async of({ simulator }: ClusterSystem, shops: readonly Shop[]): Promise<Events> {
    const hooked = shops.filter(({ hasWebhooks }) => hasWebhooks);
    const hooks = hooked.map(async (shop) => [shop, await hookOf(simulator, tokenOf(shop), shop.hash)] as const);
    return new Events(new Map(await Promise.all(hooks)));
  }

  /** One event of each shop that has webhooks; answers whether all were taken. */
  async tell(): Promise<boolean> {
    const tellOf = async ([shop, hook]: [Shop, Hook]) => {
      const id = `msg_${randomUUID()}`;
      // In it is more than serve may keep.
      const status = await sendEvent(hook, clientSecretOf(shop), PERSON.lastName, id);
      const isTaken = status >= 200 && status < 300;
      if (isTaken) this.answered.push(id);
      return isTaken;
    };
    const taken = await Promise.all([...this.#hooks].map((pair) => tellOf(pair).catch(() => false)));
    return taken.length > 0 && taken.every(Boolean);
  }
}
