import { testConnection } from '../../../activities/connection.ts';
import type { ConnectionReport } from '../../../activities/connection.ts';
import { findRefusal } from '../../../database/connection-refusals.ts';
import { configuredJobs } from '../../../domain/scopes.ts';
import type { ExitCode } from '../../errors.ts';
import { requireSource } from '../../session.ts';
import type { Session } from '../../session.ts';
import { wakeRequests } from '../../sources.ts';
import { colors, printFields, printJson, printLine } from '../output.ts';
import type { OutputOptions } from '../output.ts';

export interface TestedSource {
  name: string;
  report: ConnectionReport;
}

/** Tests the connection of a source; what the store had refused goes on when it works. Throws StoreError. */
export async function testSource(session: Session, name: string): Promise<TestedSource> {
  const source = await requireSource(session, name);
  const report = await testConnection(await session.dependencies(), source, configuredJobs(source.settings));
  // A source that was never refused wakes nobody.
  if (report.ok && (await findRefusal(await session.database(), source.id)))
    await wakeRequests(session, source.id, name);
  return { name, report };
}

/** Tells how the connection is; `more` are further keys of the document. Answers the exit code. */
export function tellConnection(
  { name, report }: TestedSource,
  options: OutputOptions,
  more: Record<string, unknown> = {},
): ExitCode {
  const exitCode = report.ok ? 0 : 4;
  if (options.json) printJson({ ...documentOf(name, report), ...more });
  else printReport(report);
  return exitCode;
}

/** A token that may not even ask who the store is often belongs to another one. */
const OTHER_STORE = 'If they are set already, `connection.storeHash` may be that of another store than the token.';

function documentOf(name: string, { ok, store, quota, missing, excess }: ConnectionReport) {
  const scopes = {
    missing: missing.map((advice) => advice.scope),
    excess: excess.map((advice) => advice.scope),
    advice: [...missing, ...excess],
  };
  const error = {
    code: 'scope_missing',
    message: `The token of source ${name} lacks ${scopes.missing.join(', ')}.`,
    hint: store ? 'Set the scopes as advised.' : `Set the scopes as advised. ${OTHER_STORE}`,
  };
  return { ok, store, scopes, quota, ...(ok ? {} : { error }) };
}

function printReport({ ok, store, quota, missing, excess }: ConnectionReport): void {
  printFields({
    Store: store?.name ?? null,
    Currency: store?.currency ?? null,
    Units: store ? `${store.weightUnits}, ${store.dimensionUnits}` : null,
    Plan: store?.plan ?? null,
    Quota: quota ? `${quota.left} of ${quota.limit} requests left in ${quota.windowMs / 1000} s` : 'not told',
  });
  for (const { scope, click } of missing) printLine(`${colors.red('missing')}  ${scope}: ${click}`);
  for (const { scope, click } of excess) printLine(`${colors.yellow('too much')} ${scope}: ${click}`);
  if (!ok && !store) printLine(OTHER_STORE);
  printLine(
    ok ? colors.green('The connection works.') : colors.red('The connection cannot do all jobs of the source.'),
  );
}
