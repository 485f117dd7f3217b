import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { loadRequest, loadRequestAndAttempt } from '../../database/fulfillment-requests.ts';
import { findOpenAttempt, revokeRightToPost } from '../../database/send-attempts.ts';
import type { Database } from '../../database/connect.ts';
import { startSenders } from '../helpers/senders.ts';
import type { Senders } from '../helpers/senders.ts';
import { ordersMade } from '../helpers/sending.ts';

describe('a request whose worker was held up between looking for its order and posting it', () => {
  let senders: Senders;
  let db: Database;
  let number = 0;
  let id: number;
  beforeAll(async () => {
    senders = await startSenders();
    db = senders.database.db;
  });
  afterAll(() => senders.stop());
  beforeEach(async () => {
    id = await senders.accept(`SLOW-${++number}`);
  });

  /** A send that has looked for the order, and does what it does next when it is let go. */
  async function lookedFor() {
    const held = senders.gate.hold({ method: 'GET', text: `SLOW-${number}`, when: 'after' });
    const sent = senders.worker(senders.gate.url).send(id);
    await held.arrived();
    expect((await loadRequest(db, id)).processing).toBe('sending');
    return { held, sent };
  }

  /** Business hours may have closed meanwhile: until it goes again, nothing says that it is being sent. */
  async function expectToWait(why = 'Its worker was held up'): Promise<void> {
    expect(await loadRequestAndAttempt(db, id)).toMatchObject({
      ...{ processing: 'processing', hasOpenAttempt: false, nextStepAt: expect.any(Date) as unknown },
      explanation: `${why}; nothing was posted, and it is tried again within a minute.`,
    });
    expect(await ordersMade(senders.simulator, `SLOW-${number}`)).toEqual([]);
    expect((await senders.worker(senders.simulator.url).send(id)).view.processing).toBe('acknowledged');
  }

  it('until its right to post was gone waits again', async () => {
    const { held, sent } = await lookedFor();
    await revokeRightToPost(db, (await findOpenAttempt(db, id))!.id, new Date());
    held.release();
    expect(await sent).toMatchObject({ waitMs: 1000, view: { processing: 'processing' } });
    await expectToWait();
  });

  it('by a database that lets it take no right to post waits again too', async () => {
    const { held, sent } = await lookedFor();
    await sql`
      create function refuse() returns trigger language plpgsql as $$ begin raise 'no posting'; end $$;
      create trigger refuse before update of posting_at on send_attempts for each row execute function refuse();
    `.execute(db);
    held.release();
    await expect(sent).rejects.toThrow('no posting');
    await sql`drop function refuse cascade`.execute(db);
    await expectToWait('A step of its worker failed (its timeline says more)');
  });
});
