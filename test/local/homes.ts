import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect } from '@jest/globals';
import { stopStack } from '../../local/status.ts';
import { type Foreground, makeSandbox, query, type Sandbox, startForeground, stopForeground } from './sandbox.ts';

type StartOptions = NonNullable<Parameters<typeof startForeground>[2]> & { cliPath?: string };

/** A sandbox for a test file whose stacks live in several homes; what runs in them is stopped after each test. */
export function useHomes() {
  let sandbox: Sandbox;
  let homes: string[] = [];
  beforeAll(() => {
    sandbox = makeSandbox();
  });
  afterAll(() => sandbox.remove());
  afterEach(async () => {
    for (const home of homes) await stopStack(home, () => undefined);
    homes = [];
  });
  const pathOf = (...path: string[]): string => join(sandbox.folder, ...path);
  return {
    pathOf,
    newHome(...path: string[]): string {
      const home = pathOf(...path);
      homes.push(home);
      return home;
    },
    /** In the foreground, by the sandbox's stand-in for the command or another one. */
    start: (home: string, { cliPath = sandbox.cliPath, ...more }: StartOptions = {}): Promise<Foreground> =>
      startForeground({ ...sandbox, cliPath }, home, { simulator: false, ...more }),
    async expectAnswer(home: string): Promise<void> {
      expect(await query(home, 'select current_database() as name')).toEqual([{ name: 'bcsource' }]);
    },
    async stop(stack: Foreground): Promise<void> {
      expect(await stopForeground(stack, 'SIGTERM')).toBe(0);
    },
  };
}
