#!/usr/bin/env node
// Writes schemas/hone.schema.json from the tables that hone.yaml is checked with.
import { build } from 'esbuild';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { fail, root, say } from './lib/common.mjs';

/** Inside the repository, so that packages are found. */
const bundle = path.join(root, 'out', 'schemas.mjs');
const target = path.join(root, 'schemas', 'hone.schema.json');

async function main() {
  await build({
    absWorkingDir: root,
    entryPoints: ['src/workspace/configSchema.ts'],
    outfile: bundle,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    logLevel: 'warning',
  });
  const { configSchema } = await import(pathToFileURL(bundle).href);
  mkdirSync(path.dirname(target), { recursive: true });
  const options = await resolveConfig(target);
  writeFileSync(target, await format(JSON.stringify(configSchema()), { ...options, filepath: target }));
  say(`Wrote ${path.relative(root, target)}.`);
}

await main().catch(fail);
