#!/usr/bin/env node
// Writes what an editor offers while somebody types, from the tables that are checked with: schemas/hone.schema.json,
// schemas/strategies.schema.json, and the choices of settings in package.json.
import { build } from 'esbuild';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { fail, root, say } from './lib/common.mjs';

/** Inside the repository, so that packages are found. */
const bundle = path.join(root, 'out', 'schemas.mjs');

const TABLES = `
  export { configSchema } from './src/workspace/configSchema.js';
  export { SETTINGS } from './src/contributions.js';
  export { strategyChoices, strategySettingsSchema } from './src/editor/strategySchema.js';
  export { STRATEGIES } from './src/optimizer/strategies/index.js';
`;

async function write(name, value) {
  const target = path.join(root, name);
  mkdirSync(path.dirname(target), { recursive: true });
  const options = await resolveConfig(target);
  writeFileSync(target, await format(JSON.stringify(value), { ...options, filepath: target }));
  say(`Wrote ${name}.`);
}

/** The manifest with the values of its settings as the tables have them. */
function manifest({ SETTINGS, STRATEGIES, strategyChoices }) {
  const json = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const { properties } = json.contributes.configuration;
  for (const { key, choices } of Object.values(SETTINGS)) {
    if (!choices) continue;
    properties[key].enum = Object.keys(choices);
    properties[key].enumDescriptions = Object.values(choices);
  }
  Object.assign(properties[SETTINGS.strategy.key], strategyChoices(STRATEGIES));
  return json;
}

async function main() {
  await build({
    absWorkingDir: root,
    stdin: { contents: TABLES, resolveDir: root, loader: 'ts' },
    outfile: bundle,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    logLevel: 'warning',
  });
  const tables = await import(pathToFileURL(bundle).href);
  await write('schemas/hone.schema.json', tables.configSchema());
  await write('schemas/strategies.schema.json', tables.strategySettingsSchema(tables.STRATEGIES));
  await write('package.json', manifest(tables));
}

await main().catch(fail);
