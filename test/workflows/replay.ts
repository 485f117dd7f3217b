import { readFileSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect } from '@jest/globals';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker } from '@temporalio/worker';
import type { ReplayHistoriesIterable } from '@temporalio/worker';
import { isLong } from '../helpers/form.ts';
import { oddPriorities } from './priorities.ts';

const historyFolder = fileURLToPath(new URL('../histories/', import.meta.url));

/** BCSOURCE_RECORD=1 keeps the histories of today in test/histories, for the workers of tomorrow. */
const isRecording = process.env['BCSOURCE_RECORD'] === '1';
/** Whether histories of today are made at all: to be kept, or by the long tests. */
export const makesHistories = isRecording || isLong;

/** The workflows as the build bundled them: what a worker would run. */
export const workflowBundle = {
  codePath: fileURLToPath(new URL('../../dist/workers/workflow-bundle.js', import.meta.url)),
};

type History = Parameters<typeof historyToJSON>[0];

/** Replays histories by today's code; a name for each that fails, with the reason. */
export async function replayAll(histories: ReplayHistoriesIterable): Promise<Record<string, string>> {
  const failures: Record<string, string> = {};
  for await (const result of Worker.runReplayHistories({ workflowBundle }, histories)) {
    if (result.error) failures[result.workflowId] = result.error.message;
  }
  return failures;
}

/** A history as it is kept: without the names of machines and of people at them. */
function toKeptHistory(history: History): string {
  const json = JSON.parse(historyToJSON(history), withoutIdentity) as unknown;
  return `${JSON.stringify(json, null, 1)}\n`;
}

/** Names of machines, and where the code stood on them. */
function withoutIdentity(key: string, value: unknown): unknown {
  if (['identity', 'workerInstanceKey', 'stackTrace'].includes(key)) return undefined;
  return typeof value === 'string' ? value.replace(/\b\d+@[\w.-]+/g, 'a-worker') : value;
}

/** All recorded histories by file name. */
export function recordedHistories(): { workflowId: string; history: unknown; text: string }[] {
  return readdirSync(historyFolder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => {
      const text = readFileSync(`${historyFolder}${name}`, 'utf8');
      return { workflowId: name, history: JSON.parse(text) as unknown, text };
    });
}

/** What must stand in no history: tokens of the simulator's stores, addresses of the web, e-mail, streets, a name. */
export const FORBIDDEN = /-token\b|https?:|[\w.]@[\w-]+\.[a-z]{2}|password|Market Street|Mill Lane|Byron/i;

/** Everything that a history says, also inside of its base64 payloads. */
export function wordsOf(text: string): string {
  const payloads = [...text.matchAll(/"data": "([^"]*)"/g)].map((match) => Buffer.from(match[1]!, 'base64').toString());
  return [text, ...payloads].join('\n');
}

/** Of a workflow that went its way today: replays it by today's code, looks for words and priorities in it, keeps it where that is asked for. */
export async function checkHistory(name: string, history: History): Promise<void> {
  const text = toKeptHistory(history);
  expect(wordsOf(text)).not.toMatch(FORBIDDEN);
  expect(oddPriorities(JSON.parse(text))).toEqual([]);
  expect(await replayAll([{ workflowId: name, history: JSON.parse(text) as unknown }])).toEqual({});
  if (isRecording) await writeFile(`${historyFolder}${name}.json`, text);
}
