import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  buildInto,
  cacheFolder,
  downloadBySdk,
  type Executable,
  firstOf,
  fromEnvironment,
  onPath,
  runWithProgress,
} from './executables.ts';
import { isExecutable } from './files.ts';
import type { FindOptions, Making } from './temporal-cli.ts';

const VERSION = '1.38.0';
const PROGRAM = 'temporal-test-server';
const DOWNLOAD_WITHIN_MS = 120_000;
const ADVICE =
  'Set BCSOURCE_TEMPORAL_TEST_SERVER to the path of the time-skipping test server, or install Java 11 or newer and Maven so that it can be put together here.';

// The SDK starts an executable with the port and flags; the shell expands nothing in the class path, Java does.
const WRAPPER = `#!/bin/sh
exec java -cp "$(dirname "$0")/jars/*" io.temporal.testserver.TestServer "$@"
`;

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>local</groupId>
  <artifactId>test-server</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>io.temporal</groupId>
      <artifactId>${PROGRAM}</artifactId>
      <version>${VERSION}</version>
    </dependency>
  </dependencies>
</project>
`;

/**
 * Finds Temporal's time-skipping test server: a path in the environment, the cache, the SDK's download, Maven. Throws one
 * error that names every failure and what to do.
 */
export async function findTestServer(options: FindOptions = {}): Promise<Executable> {
  const { env = process.env, cache = cacheFolder(`${PROGRAM}-${VERSION}`), onProgress = () => undefined } = options;
  const given = fromEnvironment('BCSOURCE_TEMPORAL_TEST_SERVER', env);
  if (given) return given;
  const making = { ...options, env, onProgress };
  const path = join(cache, PROGRAM);
  const cached = (origin: string): Executable => ({ path, origin: `${origin} (${path})` });
  return firstOf(
    "Temporal's time-skipping test server",
    [
      { name: `cache (${path})`, find: async () => (isExecutable(path) ? cached('from the cache') : null) },
      {
        name: "the SDK's download",
        find: () => download(cache, making).then(() => cached("the SDK's download")),
      },
      { name: 'Maven', find: () => assemble(cache, making).then(() => cached('from Maven')) },
    ],
    ADVICE,
    options.signal,
  );
}

async function download(cache: string, { env, onProgress, signal }: Making): Promise<void> {
  onProgress('Downloading the time-skipping test server');
  await buildInto(cache, (draft) =>
    downloadBySdk({
      create: 'createTimeSkipping',
      version: 'default',
      target: join(draft, PROGRAM),
      waitMs: DOWNLOAD_WITHIN_MS,
      env,
      signal,
    }),
  );
}

async function assemble(cache: string, { env, onProgress, signal }: Making): Promise<void> {
  const maven = onPath('mvn', env);
  if (maven === null) throw new Error('`mvn` is not on PATH');
  if (onPath('java', env) === null) throw new Error('`java` is not on PATH');
  onProgress('Fetching the time-skipping test server with Maven: once, up to a minute');
  await buildInto(cache, async (draft) => {
    const pom = join(draft, 'pom.xml');
    await writeFile(pom, POM);
    await mkdir(join(draft, 'jars'));
    await runWithProgress(maven, ['-B', '-f', pom, 'dependency:copy-dependencies', '-DoutputDirectory=jars'], {
      env,
      cwd: draft,
      signal,
      onProgress: (line) => onProgress(`Fetching the test server: ${line}`),
    });
    await rm(pom);
    await writeFile(join(draft, PROGRAM), WRAPPER, { mode: 0o755 });
  });
}
