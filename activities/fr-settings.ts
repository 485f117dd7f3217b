import { findSource } from '../database/sources.ts';
import type { StoredSource } from '../database/sources.ts';
import { fulfillmentSchema } from '../domain/source/fulfillment.ts';
import type { FulfillmentSettings } from '../domain/source/fulfillment.ts';
import type { Executor } from '../database/connect.ts';

/** A source that can be sent to, at its newest version: a change of the settings is followed at once. */
export interface SendingSource {
  source: StoredSource;
  settings: FulfillmentSettings;
}

/** What a source says that says nothing. */
export const defaultSettings = fulfillmentSchema.parse({});

/** The source of a request with its settings; undefined when it was removed or has no fulfillment settings any more. */
export async function findSendingSource(db: Executor, name: string): Promise<SendingSource | undefined> {
  const source = await findSource(db, name);
  const settings = source && sendingSettingsOf(source);
  return settings && { source, settings };
}

/** How a source is sent to; undefined where it is not. */
export function sendingSettingsOf({ settings }: StoredSource): FulfillmentSettings | undefined {
  const given = settings['fulfillment'];
  // Checked when they were applied, by the calendar of that day; only what a later version of ours added is filled in.
  return given === undefined ? undefined : ({ ...defaultSettings, ...given } as FulfillmentSettings);
}
