// Builds every bundle: extension host, engine (loaded on first use), command line, page, host tests.
import { build, context } from 'esbuild';
import { createHash } from 'node:crypto';
import { chmodSync, globSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';

const args = new Set(process.argv.slice(2));
const watch = args.has('--watch');
const production = !args.has('--development');

/**
 * Dynamic imports of these modules stay imports at run time and load a bundle of their own,
 * so that a heavy part costs nothing until it is used.
 */
const LAZY_CHUNKS = [
  { name: 'engine', entry: 'src/engine.ts', matches: /(^|\/)engine(\.js)?$/ },
  { name: 'pronouncing', entry: 'cmu-pronouncing-dictionary', matches: /^cmu-pronouncing-dictionary$/ },
];

/** `require` instead of `import`: Node would first read the whole of a large bundle for the names that it exports. */
const lazyChunks = {
  name: 'lazy-chunks',
  setup(builder) {
    builder.onResolve({ filter: /.*/ }, (resolving) => {
      if (resolving.namespace === 'lazy-chunk') return { path: resolving.path, external: true };
      if (resolving.kind !== 'dynamic-import') return undefined;
      const chunk = LAZY_CHUNKS.find((candidate) => candidate.matches.test(resolving.path));
      return chunk ? { path: chunk.name, namespace: 'lazy-chunk' } : undefined;
    });
    builder.onLoad({ filter: /.*/, namespace: 'lazy-chunk' }, (loading) => ({
      contents: `module.exports = require('./${loading.path}.js');`,
    }));
  },
};

/** Bundles every file that a pattern finds, so that no test can be forgotten in a list. */
const filesByGlob = {
  name: 'files-by-glob',
  setup(builder) {
    builder.onResolve({ filter: /^glob:/ }, (resolving) => ({
      path: resolving.path.slice('glob:'.length),
      namespace: 'glob',
      pluginData: { resolveDir: resolving.resolveDir },
    }));
    builder.onLoad({ filter: /.*/, namespace: 'glob' }, (loading) => {
      const { resolveDir } = loading.pluginData;
      const files = globSync(loading.path, { cwd: resolveDir }).sort();
      const lines = files.map((file) => `import ${JSON.stringify(`./${file.replaceAll(path.sep, '/')}`)};`);
      return { contents: lines.join('\n'), resolveDir, watchDirs: [resolveDir] };
    });
  },
};

/** Changes with the code that reads prompts, so that nothing that an earlier version read is taken for its own. */
function readersHash() {
  const files = ['src/formats/**/*.ts', 'src/core/*.ts', 'src/workspace/readings.ts', 'package-lock.json'];
  const hash = createHash('sha256');
  for (const file of files.flatMap((pattern) => globSync(pattern)).sort()) hash.update(readFileSync(file));
  return hash.digest('hex').slice(0, 16);
}

const shared = {
  bundle: true,
  minify: production,
  sourcemap: production ? false : 'inline',
  legalComments: 'linked',
  logLevel: 'warning',
  metafile: true,
  define: { HONE_READERS: JSON.stringify(readersHash()) },
};
const node = {
  ...shared,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  external: ['vscode'],
  plugins: [lazyChunks],
};

const targets = [
  { ...node, entryPoints: { extension: 'src/extension.ts' }, outdir: 'dist' },
  {
    ...node,
    entryPoints: Object.fromEntries(LAZY_CHUNKS.map((chunk) => [chunk.name, chunk.entry])),
    outdir: 'dist',
  },
  {
    ...node,
    entryPoints: { cli: 'src/cli/main.ts' },
    outdir: 'dist',
    banner: { js: '#!/usr/bin/env node' },
  },
  {
    ...shared,
    platform: 'browser',
    format: 'iife',
    target: 'chrome132',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    entryPoints: { webview: 'webview/main.tsx' },
    outdir: 'dist',
  },
  {
    ...node,
    minify: false,
    sourcemap: 'inline',
    external: ['vscode', 'mocha'],
    entryPoints: { 'host/index': 'test/host/index.ts' },
    outdir: 'out/test',
    plugins: [filesByGlob, lazyChunks],
  },
];

rmSync('dist', { recursive: true, force: true });
mkdirSync('dist', { recursive: true });

if (watch) {
  const contexts = await Promise.all(targets.map((target) => context(target)));
  await Promise.all(contexts.map((each) => each.watch()));
} else {
  await Promise.all(targets.map((target) => build(target)));
  chmodSync('dist/cli.js', 0o755);
}
