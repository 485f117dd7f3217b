import { PROGRAMS, SERVERS } from '../../cluster/names.ts';
import type { ProgramName, ServerName } from '../../cluster/names.ts';
import { randomOf } from '../runs.ts';
import { TROUBLES } from './link.ts';
import type { Trouble } from './link.ts';

export type Victim = ProgramName | ServerName;
export const LINKS = ['postgres', 'temporal', 'store'] as const;
export type LinkName = (typeof LINKS)[number];

/** One deed of the fire, some time after the one before it. */
export type Deed = { afterMs: number } & (
  | { do: 'kill'; victim: Victim }
  | { do: 'freeze'; victim: Victim; ms: number }
  | { do: Trouble; link: LinkName; ms: number }
);

/** Groups of which each has to die equally often; within a group it is anybody's turn. */
export const GROUPS = {
  workers: ['worker-1', 'worker-2'],
  temporal: ['front', 'back'],
  postgres: ['postgres'],
  simulator: ['simulator'],
  serve: ['serve'],
} as const satisfies Record<string, readonly Victim[]>;
export type GroupName = keyof typeof GROUPS;
export const GROUP_NAMES = Object.keys(GROUPS) as GroupName[];

const ALL: readonly Victim[] = [...PROGRAMS, ...SERVERS];
const BETWEEN = ['freeze', ...TROUBLES] as const;
/** Ways on which there is always somebody, whom a trouble of a moment meets too. */
const BUSY: readonly LinkName[] = ['postgres', 'temporal'];

/**
 * What happens to whom and when: so many kills, at least a sixth of them of each group, and after each a pause or a
 * trouble of the network, of every kind at least one. The same seed gives the same plan.
 */
export function planOf(seed: number, kills: number, everyMs: number): Deed[] {
  const random = randomOf(seed);
  const pick = <T>(from: readonly T[]): T => from[random(0, from.length - 1)]!;
  const afterMs = () => random(Math.floor(everyMs / 4), Math.ceil((everyMs * 3) / 4));
  const each = Math.max(1, Math.floor(kills / (GROUP_NAMES.length + 1)));
  const fixed = GROUP_NAMES.flatMap((group) => Array.from({ length: each }, () => pick<Victim>(GROUPS[group])));
  const rest = Array.from({ length: Math.max(0, kills - fixed.length) }, () => pick(ALL));
  const victims = shuffled([...fixed, ...rest], random);
  const first = shuffled([...BETWEEN], random);
  return victims.flatMap((victim, index): Deed[] => {
    const kill: Deed = { afterMs: afterMs(), do: 'kill', victim };
    const kind = first[index] ?? (random(0, 2) === 0 ? 'freeze' : pick(TROUBLES));
    if (kind === 'freeze') return [kill, { afterMs: afterMs(), do: kind, victim: pick(ALL), ms: random(500, 8_000) }];
    const link = pick(index < first.length ? BUSY : LINKS);
    return [kill, { afterMs: afterMs(), do: kind, link, ms: random(300, 6_000) }];
  });
}

/** In an order that chance gives; the list itself is changed. */
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
