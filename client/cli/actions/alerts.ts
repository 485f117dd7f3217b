import { acknowledgeAlarm, findAlarm, listAlarms } from '../../../database/alarms.ts';
import type { Alarm } from '../../../database/alarms.ts';
import { alarmCauses } from '../../../domain/source/alarms.ts';
import { testNotifications } from '../../alerts.ts';
import { advisedError, knownError } from '../../errors.ts';
import type { ExitCode } from '../../errors.ts';
import { requireSource } from '../../session.ts';
import type { Session } from '../../session.ts';
import { colors, printFields, printJson, printJsonList, printLine, printTable } from '../output.ts';
import type { OutputOptions } from '../output.ts';
import { withSession } from '../with-session.ts';

interface ListOptions extends OutputOptions {
  source?: string | undefined;
  all?: true | undefined;
  limit: number;
}

export function list(options: ListOptions): Promise<void> {
  return withSession(async (session) => {
    const sourceId = options.source ? (await requireSource(session, options.source)).id : undefined;
    const alarms = await listAlarms(await session.database(), { sourceId, all: options.all, limit: options.limit });
    if (options.json) return printJsonList(alarms.map(alarmDocument), options);
    await printTable(
      ['alarm', 'source', 'cause', 'since', 'state', 'what'],
      alarms.map((alarm) => [
        ...[alarm.id, alarm.source, alarmCauses[alarm.cause], alarm.startedAt.toISOString()],
        ...[stateOf(alarm), alarm.message],
      ]),
    );
  });
}

export function stateOf({ endedAt, acknowledgedAt }: Alarm): 'over' | 'acknowledged' | 'open' {
  if (endedAt) return 'over';
  return acknowledgedAt ? 'acknowledged' : 'open';
}

/** An alarm as other programs read it. */
export function alarmDocument(alarm: Alarm) {
  const { sourceId: _, ...rest } = alarm;
  return { ...rest, state: stateOf(alarm) };
}

async function requireAlarm(session: Session, id: number): Promise<Alarm> {
  const alarm = await findAlarm(await session.database(), id);
  if (!alarm) throw knownError('not_found', `There is no alarm ${id}.`);
  return alarm;
}

export function show(id: number, options: OutputOptions): Promise<void> {
  return withSession(async (session) => {
    const alarm = await requireAlarm(session, id);
    if (options.json) return printJson(alarmDocument(alarm));
    printLine(`${alarm.source}: ${alarmCauses[alarm.cause]}`);
    printLine(alarm.message);
    printFields({
      state: stateOf(alarm),
      since: alarm.startedAt.toISOString(),
      'last seen': alarm.seenAt.toISOString(),
      'told again': alarm.remindedAt?.toISOString(),
      acknowledged: alarm.acknowledgedAt?.toISOString(),
      ended: alarm.endedAt?.toISOString(),
    });
    printLine(`${colors.bold('What to do:')} ${alarm.hint}`);
  });
}

export function acknowledge(id: number, options: OutputOptions): Promise<void> {
  return withSession(async (session) => {
    await requireAlarm(session, id);
    if (!(await acknowledgeAlarm(await session.database(), id))) {
      const hint = `There is nothing to acknowledge any more. See \`bcsource alerts show ${id}\`.`;
      throw advisedError('too_late', `Alarm ${id} has ended by itself.`, hint);
    }
    if (options.json) return printJson(alarmDocument(await requireAlarm(session, id)));
    printLine(`Alarm ${id} is acknowledged: nobody is reminded of it unless it grows. It ends when its cause does.`);
  });
}

export function test(name: string, options: OutputOptions): Promise<ExitCode> {
  return withSession(async (session) => {
    const receivers = await testNotifications(session, name);
    const ok = receivers.every(({ state }) => state === 'delivered');
    if (options.json) printJson({ source: name, ok, receivers });
    else {
      await printTable(
        ['kind', 'receiver', 'state', 'why'],
        receivers.map(({ type, label, state, error }) => [type, label, state.replace('_', ' '), error]),
      );
    }
    return ok ? 0 : 1;
  });
}
