import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { listSourceVersions, listSources } from '../../../database/sources.ts';
import { firstSourceFile } from '../../../domain/source/first-file.ts';
import { sourceJsonSchema, sourceNameSchema } from '../../../domain/source/source.ts';
import { knownError, shortened, usageError } from '../../errors.ts';
import type { ExitCode } from '../../errors.ts';
import { removeSourceAndSchedules, requireRemovable } from '../../remove-source.ts';
import { applySource } from '../../sources.ts';
import type { AppliedSource } from '../../sources.ts';
import { requireSource } from '../../session.ts';
import { requireYes } from '../confirm.ts';
import { colors, printJson, printJsonList, printLine, printTable, remark } from '../output.ts';
import type { OutputOptions } from '../output.ts';
import { tellConnection, testSource } from './connection-report.ts';
import { lineDifference } from '../line-difference.ts';
import { withSession, withSource } from '../with-session.ts';

export async function init(file: string, options: OutputOptions & { name: string; force?: true }): Promise<void> {
  const named = sourceNameSchema.safeParse(options.name);
  if (!named.success) {
    const reasons = named.error.issues.map(({ message }) => message).join('; ');
    throw usageError(`${shortened(options.name)} is no name of a source: ${reasons}.`, 'Give another one with --name.');
  }
  const text = firstSourceFile(named.data);
  if (file === '-') {
    if (options.json) return printJson({ file: null, name: named.data, document: text });
    return void process.stdout.write(text);
  }
  if (existsSync(file) && !options.force) {
    throw usageError(`${file} exists already.`, 'Give another name, or --force to overwrite it.');
  }
  await writeFile(file, text).catch((error: unknown) => {
    throw notWritable(file, error as NodeJS.ErrnoException);
  });
  if (options.json) return printJson({ file, name: options.name });
  printLine(`Wrote ${file}. Fill in the store hash, put the token into the environment, then:`);
  printLine(`  bcsource source apply ${file}`);
}

function notWritable(file: string, { code, message }: NodeJS.ErrnoException) {
  const why = code === 'ENOENT' ? `the folder ${dirname(file)} does not exist` : message;
  return usageError(
    `${file} cannot be written: ${why}.`,
    'Give a file in a folder that you may write to, or - for standard output.',
  );
}

export function apply(file: string, options: OutputOptions): Promise<void> {
  return withSession(async (session) => {
    const applied = await applySource(session, await readSource(file), file === '-' ? 'standard input' : file);
    if (options.json) return printJson(applied);
    printLine(`Source ${applied.name} ${outcome(applied)}.`);
    for (const text of applied.warnings) remark(`${colors.yellow('warning')}  ${text}`);
    printLine(`  bcsource source test ${applied.name}`);
  });
}

function outcome({ changed, version, replaced }: AppliedSource): string {
  const others = replaced.join(' and ');
  if (changed) return `is now at version ${version}${others && `; replaced: ${others}`}`;
  return others ? `keeps its settings (version ${version}); replaced: ${others}` : `is unchanged (version ${version})`;
}

async function readSource(file: string): Promise<string> {
  if (file === '-') return readAll(process.stdin);
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw usageError(
      `${file} cannot be read: ${(error as Error).message}.`,
      'Give the path of a source file, or - for standard input.',
    );
  }
}

export function list(options: OutputOptions): Promise<void> {
  return withSession(async (session) => {
    const sources = await listSources(await session.database());
    const rows = sources.map(({ name, version, connectionType, storeHash, appliedAt, settings }) => {
      const jobs = ['inventory', 'fulfillment', 'shipments'].filter((job) => settings[job] !== undefined);
      return { name, version, connectionType, storeHash, jobs, appliedAt };
    });
    if (options.json) return printJsonList(rows, options);
    await printTable(
      ['name', 'version', 'connection', 'store', 'jobs', 'applied'],
      rows.map((row) => [
        row.name,
        row.version,
        row.connectionType,
        row.storeHash,
        row.jobs.join(', '),
        row.appliedAt.toISOString(),
      ]),
    );
  });
}

interface ShowOptions extends OutputOptions {
  version?: number | undefined;
  versions?: true | undefined;
  diff?: number | undefined;
}

export function show(name: string, options: ShowOptions): Promise<void> {
  return withSession(async (session) => {
    const source = await requireSource(session, name);
    const versions = await listSourceVersions(await session.database(), source.id);
    const version = (number: number) => {
      const found = versions.find((candidate) => candidate.version === number);
      if (!found) throw knownError('not_found', `Source ${name} has no version ${number}.`);
      return found;
    };
    if (options.versions) {
      const rows = versions.map(({ version: number, appliedAt }) => ({ version: number, appliedAt }));
      if (options.json) return printJson(rows);
      return printTable(
        ['version', 'applied'],
        rows.map((row) => [row.version, row.appliedAt.toISOString()]),
      );
    }
    const shown = version(options.version ?? source.version);
    if (options.diff !== undefined) {
      const difference = lineDifference(version(options.diff).document, shown.document);
      if (options.json) return printJson({ from: options.diff, to: shown.version, difference });
      return printLine(difference.length > 0 ? difference.join('\n') : 'No difference.');
    }
    if (options.json) return printJson({ name, ...shown });
    process.stdout.write(shown.document);
  });
}

export function test(name: string, options: OutputOptions): Promise<ExitCode> {
  return withSource(name, async (session) => tellConnection(await testSource(session, name), options));
}

export function remove(name: string, options: OutputOptions & { purge?: true; yes?: true }): Promise<void> {
  return withSession(async (session) => {
    if (!options.yes) {
      await requireRemovable(session, name, options.purge === true);
      await confirmRemoval(name, options.purge === true);
    }
    await removeSourceAndSchedules(session, name, options.purge === true);
    if (options.json) return printJson({ name, removed: true, purged: options.purge === true });
    printLine(
      options.purge
        ? `Source ${name} and all its data are removed.`
        : `Source ${name} is removed; its items and runs stay.`,
    );
  });
}

async function confirmRemoval(name: string, purge: boolean): Promise<void> {
  await requireYes({
    question: `Remove source ${name}${purge ? ' and all its items and runs' : ''}?`,
    otherwise: { message: `Removing ${name} needs a confirmation.`, hint: 'Add --yes.' },
    no: 'Nothing was removed.',
  });
}

export function schema(): void {
  printJson(sourceJsonSchema());
}
