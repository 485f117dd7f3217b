import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const cli = fileURLToPath(new URL('../../dist/client/cli/main.js', import.meta.url));

export interface ShellResult {
  exitCode: number;
  output: string;
}

/** Runs a line in a shell, in which `bcsource` and `npx bcsource` are the compiled command. */
export async function runInShell(
  line: string,
  environment: Record<string, string | undefined>,
  cwd?: string,
): Promise<ShellResult> {
  const script = `bcsource() { "${process.execPath}" "${cli}" "$@"; }\nnpx() { shift; bcsource "$@"; }\n${line}`;
  const child = spawn('/bin/sh', ['-c', script], {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { exitCode: code ?? -1, output };
}
