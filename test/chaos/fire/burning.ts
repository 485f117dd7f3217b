import { setTimeout as pause } from 'node:timers/promises';
import type { Kept } from '../../cluster/kept.ts';
import { waitFor } from '../../helpers/wait.ts';
import { TROUBLES } from './link.ts';
import type { Link, Trouble } from './link.ts';
import { GROUPS, GROUP_NAMES, told } from './plan.ts';
import type { Deed, GroupName, LinkName, Victim } from './plan.ts';

/** What has really hit somebody. */
export interface Hits {
  /** Lives that a kill of ours has ended. */
  kills: Record<GroupName, number>;
  freezes: number;
  /** Ends of connections that each kind of trouble has met. */
  troubles: Record<Trouble, number>;
}

/** Whoever burns: processes that are started again, and the ways between them. */
export interface Fuel {
  kept: Record<Victim, Kept>;
  links: Record<LinkName, Link>;
}

const LIVES_WITHIN_MS = 60_000;
const DIES_WITHIN_MS = 10_000;

/** Does what the plan says; afterwards nothing is frozen and every way is open. */
export async function burn({ kept, links }: Fuel, plan: readonly Deed[], say: (line: string) => void): Promise<Hits> {
  const began = Date.now();
  const frozen: Promise<void>[] = [];
  const kills = Object.fromEntries(GROUP_NAMES.map((group) => [group, 0])) as Hits['kills'];
  for (const deed of plan) {
    await pause(deed.afterMs);
    say(`${((Date.now() - began) / 1000).toFixed(1)} s: ${told(deed)}`);
    if (deed.do === 'kill') {
      await kill(kept[deed.victim], deed.victim);
      kills[groupOf(deed.victim)] += 1;
    } else if (deed.do === 'freeze') {
      const pid = await hit(kept[deed.victim], deed.victim, 'SIGSTOP');
      frozen.push(pause(deed.ms).then(() => void signal(pid, 'SIGCONT')));
    } else if (deed.do === 'reset') links[deed.link].reset();
    else links[deed.link][deed.do](deed.ms);
  }
  await Promise.all(frozen);
  for (const link of Object.values(links)) link.heal();
  const met = (kind: Trouble) => Object.values(links).reduce((sum, link) => sum + link.met[kind], 0);
  const troubles = Object.fromEntries(TROUBLES.map((kind) => [kind, met(kind)])) as Hits['troubles'];
  return { kills, freezes: frozen.length, troubles };
}

/** A kill that met nobody, or that nobody died of, is none. */
async function kill(kept: Kept, name: Victim): Promise<void> {
  const pid = await hit(kept, name, 'SIGKILL');
  await waitFor(`${name} to die`, () => kept.pid() !== pid, DIES_WITHIN_MS);
}

/** Waits for somebody whom the signal meets. */
function hit(kept: Kept, name: Victim, how: NodeJS.Signals): Promise<number> {
  const meet = () => {
    const pid = kept.pid();
    return pid !== null && signal(pid, how) && pid;
  };
  return waitFor(`${name} to live`, meet, LIVES_WITHIN_MS);
}

/** False where it died by another hand a moment ago. */
function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    return false;
  }
}

function groupOf(victim: Victim): GroupName {
  return GROUP_NAMES.find((group) => (GROUPS[group] as readonly Victim[]).includes(victim))!;
}
