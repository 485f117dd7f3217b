import { alarmCauses } from '../source/alarms.ts';
import type { AlarmCause } from '../source/alarms.ts';
import type { Notice } from './notice.ts';

export interface ToldAlarm {
  id: number;
  source: string;
  cause: AlarmCause;
  message: string;
  hint: string;
  startedAt: Date;
}

/**
 * What is told of an alarm when it begins, is still there, is about more than somebody acknowledged, or has ended by
 * itself.
 */
export function alarmNotice(alarm: ToldAlarm, event: 'started' | 'reminder' | 'grown' | 'ended', at: Date): Notice {
  const { id, source, cause, message, hint, startedAt } = alarm;
  const words = {
    started: alarmCauses[cause],
    reminder: `still: ${alarmCauses[cause]}`,
    grown: `more: ${alarmCauses[cause]}`,
    ended: `over: ${alarmCauses[cause]}`,
  };
  const isOver = event === 'ended';
  const lines = isOver ? [`It began at ${startedAt.toISOString()}: ${message}`] : [message];
  return {
    // Receivers know three types; one that has grown reminds of what is still there.
    type: `alarm.${event === 'grown' ? 'reminder' : event}`,
    ...{ source, at: at.toISOString(), title: `${source}: ${words[event]}`, lines, run: null },
    commands: isOver ? [] : [...hint.split('; '), `bcsource alerts ack ${id}`],
    data: { alarmId: id, cause, startedAt: startedAt.toISOString(), endedAt: isOver ? at.toISOString() : null },
  };
}
