import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);
const git = async (...words: string[]) => (await run('git', ['-C', root, ...words])).stdout.trim();

/**
 * The version before: what `BCSOURCE_UPGRADE_FROM` names, the newest tag that is behind today's code, or where there is
 * none the commit before the newest migration.
 */
async function refOfOlder(): Promise<string> {
  const given = process.env['BCSOURCE_UPGRADE_FROM'];
  if (given) return given;
  const tag = await git('describe', '--tags', '--abbrev=0', 'HEAD^').catch(() => '');
  if (tag) return tag;
  return `${await git('log', '--diff-filter=A', '-1', '--format=%H', '--', 'database/migrations')}^`;
}

export interface OlderVersion {
  ref: string;
  /** Its command, as `runCommand` and `startProcess` name programs: from the folder of today's build. */
  command: string;
  remove(): Promise<void>;
}

/** Checks out the version before beside this one and builds it, with today's dependencies. */
export async function buildOlderVersion(): Promise<OlderVersion> {
  const ref = await refOfOlder();
  const folder = await mkdtemp(join(tmpdir(), 'bcsource-older-'));
  const archive = join(folder, 'code.tar');
  await git('archive', '--format=tar', '--output', archive, ref);
  await run('tar', ['-xf', archive, '-C', folder]);
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  // Its notes about what is built must not get among those of today's build, which lie in node_modules.
  const compile = ['-p', 'tsconfig.build.json', '--tsBuildInfoFile', join(folder, 'build.tsbuildinfo')];
  await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), ...compile], { cwd: folder });
  await run(process.execPath, ['dist/workers/bundle.js'], { cwd: folder });
  return {
    ref,
    command: relative(join(root, 'dist'), join(folder, 'dist/client/cli/main.js')),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
