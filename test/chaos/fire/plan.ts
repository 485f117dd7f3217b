import { PROGRAMS, SERVERS } from '../../cluster/system.ts';
import type { ProgramName, ServerName } from '../../cluster/system.ts';
import { randomOf } from '../runs.ts';

export type Victim = ProgramName | ServerName;
export const LINKS = ['postgres', 'temporal', 'store'] as const;
export type LinkName = (typeof LINKS)[number];

/** One deed of the fire, some time after the one before it. */
export type Deed = { afterMs: number } & (
  | { do: 'kill'; victim: Victim }
  | { do: 'freeze'; victim: Victim; ms: number }
  | { do: 'reset' | 'delay' | 'cut'; link: LinkName; ms: number }
);

/** Groups of which each has to die equally often; within a group it is anybody's turn. */
const GROUPS: readonly (readonly Victim[])[] = [
  ['worker-1', 'worker-2'],
  ['front', 'back'],
  ['postgres'],
  ['simulator'],
  ['serve'],
];
const ALL: readonly Victim[] = [...PROGRAMS, ...SERVERS];

/**
 * What happens to whom and when: so many kills, at least a sixth of them of each group, and between them pauses and
 * troubles of the network. The same seed gives the same plan.
 */
export function planOf(seed: number, kills: number, everyMs: number): Deed[] {
  const random = randomOf(seed);
  const pick = <T>(from: readonly T[]): T => from[random(0, from.length - 1)]!;
  const afterMs = () => random(Math.floor(everyMs / 4), Math.ceil((everyMs * 3) / 4));
  const each = Math.max(1, Math.floor(kills / (GROUPS.length + 1)));
  const fixed = GROUPS.flatMap((group) => Array.from({ length: each }, () => pick(group)));
  const rest = Array.from({ length: Math.max(0, kills - fixed.length) }, () => pick(ALL));
  const victims = shuffled([...fixed, ...rest], random);
  return victims.flatMap((victim): Deed[] => {
    const kill: Deed = { afterMs: afterMs(), do: 'kill', victim };
    if (random(0, 2) === 0)
      return [kill, { afterMs: afterMs(), do: 'freeze', victim: pick(ALL), ms: random(500, 8_000) }];
    const trouble = { link: pick(LINKS), ms: random(300, 6_000) };
    return [kill, { afterMs: afterMs(), do: pick(['reset', 'delay', 'cut']), ...trouble }];
  });
}

function shuffled<T>(list: T[], random: (low: number, high: number) => number): T[] {
  for (let last = list.length - 1; last > 0; last--) {
    const other = random(0, last);
    [list[last], list[other]] = [list[other]!, list[last]!];
  }
  return list;
}

/** A deed as a line of a log. */
export function told(deed: Deed): string {
  return 'victim' in deed
    ? `${deed.do} ${deed.victim}${'ms' in deed ? ` for ${deed.ms} ms` : ''}`
    : `${deed.do} the way to ${deed.link}${deed.do === 'reset' ? '' : ` for ${deed.ms} ms`}`;
}
