import { STORE_TASK_QUEUE } from '../../workflows/ids.ts';
import { readText } from '../docs/markdown.ts';

/** The kinds of steps that docs/deploy.md names, each with its priority. */
export function documentedPriorities(): Record<string, number> {
  const [, list = ''] =
    /Steps carry a priority \(([^)]*)\)/.exec(readText('docs/deploy.md').replaceAll('\n', ' ')) ?? [];
  return Object.fromEntries(
    list.split(', ').map((entry) => {
      const [, kind = entry, priority] = /^(.*) (\d)$/.exec(entry) ?? [];
      return [kind, Number(priority)];
    }),
  );
}

/** Every step that asks a store, by kind. */
const steps: Record<string, string[]> = {
  sends: ['sendRequest', 'lookForOrder', 'adoptOrder'],
  'their checks': ['checkRequest', 'cancelInStore'],
  shipments: ['readChangedOrders', 'askForDue', 'askForOne'],
  'hints of webhooks': ['followProductHints', 'followOrderHints', 'tendWebhooksOf'],
  'probes of refused connections': ['probeConnection'],
  imports: ['readCatalogReferences', 'cutRanges', 'readRange', 'checkCompleteness', 'confirmMissing', 'refreshSlice'],
};

interface Scheduled {
  activityType: { name: string };
  taskQueue: { name: string };
  priority?: { priorityKey?: number; fairnessKey?: string } | null;
}

/** The steps of a kept history that carry another priority than is documented, or none, or no source to be fair to. */
export function oddPriorities(history: unknown): unknown[] {
  const { events } = history as { events: { activityTaskScheduledEventAttributes?: Scheduled }[] };
  const documented = documentedPriorities();
  const known = new Map(
    Object.entries(steps).flatMap(([kind, names]) => names.map((name) => [name, documented[kind]])),
  );
  return events.flatMap(({ activityTaskScheduledEventAttributes: step }) => {
    if (step?.taskQueue.name !== STORE_TASK_QUEUE) return [];
    const { priorityKey, fairnessKey } = step.priority ?? {};
    const isAsDocumented = priorityKey !== undefined && priorityKey === known.get(step.activityType.name);
    return isAsDocumented && fairnessKey ? [] : [{ step: step.activityType.name, priorityKey, fairnessKey }];
  });
}
