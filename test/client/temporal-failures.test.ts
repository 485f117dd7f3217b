import { expect, it } from '@jest/globals';
import type { Client } from '@temporalio/client';
import { createClock } from '../../client/doctor/check.ts';
import { checkTemporal } from '../../client/doctor/temporal-checks.ts';
import { workersWithout } from '../../client/doctor/worker-checks.ts';
import { clientErrorOf } from '../../client/errors.ts';
import { startFrWorkflows } from '../../client/fr-workflows.ts';
import { recover } from '../../client/recover.ts';
import { listSchedules } from '../../client/schedules.ts';
import type { Session } from '../../client/session.ts';
import { useSession } from './open-session.ts';

const opened = useSession({ TEMPORAL_NAMESPACE: 'no-such-one' });

it.each<[string, (session: Session, client: Client) => Promise<unknown>]>([
  ['recover', (session) => recover(session, () => undefined)],
  ['keys rotate', (_session, client) => workersWithout(client, ['a'])],
  ['schedule list', (_session, client) => listSchedules(client)],
  ['fr release', (_session, client) => client.workflow.getHandle('fr:acme:PO-1').signal('release')],
])('a namespace that Temporal does not have is told as such, and how it is made: %s', async (_command, act) => {
  const session = await opened.session();
  const error: unknown = await act(session, await session.temporal()).catch((error: unknown) => error);
  expect(clientErrorOf(error)).toMatchObject({
    ...{ code: 'namespace_missing', exitCode: 2, message: 'Temporal has no namespace no-such-one.' },
    hint: expect.stringMatching(/TEMPORAL_NAMESPACE.*`bcsource setup` makes a namespace that is missing/),
  });
});

it('what was stored is accepted all the same: its workflow is started as soon as somebody can', async () => {
  const fr = { id: 1, source: 'acme', number: 'PO-1' };
  expect(await startFrWorkflows(await opened.session(), [fr])).toEqual({ started: 0, unreachable: true });
});

it('the doctor says so in one sentence', async () => {
  const how = { repair: false, hasDatabase: false, clock: createClock(20_000) };
  const [check] = await checkTemporal(await opened.session(), how);
  expect(check).toMatchObject({ status: 'problem', message: expect.stringMatching(/no-such-one is not found\.$/) });
});
