import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { stackStatus } from '../../../local/status.ts';
import { ClientError, usageError } from '../../errors.ts';
import type { ExitCode } from '../../errors.ts';
import { homeFolder } from '../../session.ts';
import { printJson } from '../output.ts';

/** Runs the simulator as a process of its own; what it prints is its own. */
export async function serve(args: readonly string[]): Promise<ExitCode> {
  const main = fileURLToPath(new URL('../../../simulator/main.js', import.meta.url));
  const child = spawn(process.execPath, [main, ...args], { stdio: 'inherit' });
  const forward = (signal: NodeJS.Signals) => child.kill(signal);
  process.on('SIGINT', () => forward('SIGINT'));
  process.on('SIGTERM', () => forward('SIGTERM'));
  const [code] = (await once(child, 'exit')) as [number | null];
  return (code ?? 130) as ExitCode;
}

/** One call of the control interface of the running simulator; prints what it answers. */
export async function control(method: 'GET' | 'PUT' | 'POST', path: string, body?: string): Promise<void> {
  const { simulatorUrl } = await stackStatus(homeFolder());
  if (!simulatorUrl) {
    throw new ClientError('simulator_not_running', 'No simulator is running.', 'Start it with `bcsource dev`.', 5);
  }
  if (body !== undefined) checkJson(body);
  const response = await fetch(`${simulatorUrl}/_control/${path}`, {
    method,
    ...(body === undefined ? {} : { body, headers: { 'content-type': 'application/json' } }),
  });
  const text = await response.text();
  const answer: unknown = text === '' ? {} : JSON.parse(text);
  if (!response.ok) throw usageError(`The simulator refused it: ${text}`, 'See docs/simulator.md.');
  printJson(answer);
}

function checkJson(text: string): void {
  try {
    JSON.parse(text);
  } catch (error) {
    throw usageError(`This is not JSON: ${(error as Error).message}`, 'Put the value in single quotes.');
  }
}
