// Reads the same configurations with promptfoo's own package and with Hone: the same prompts must be found, and filled
// with the same rows they must give the same text. Prints what differs, and fails when anything does.
// Usage: node test/bench/promptfooPrompts.mjs
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { pathToFileURL } from 'node:url';
import { parse } from 'yaml';
import { projectNode, root, say } from '../../scripts/lib/common.mjs';

const folder = path.join(root, '.vscode-test/promptfoo');
const fixtures = path.join(root, 'test/fixtures/promptfoo');
const modules = path.join(folder, 'node_modules');

/** The command line of promptfoo needs the binding of its database for this machine. */
const binding = `@libsql/${process.platform}-${process.arch}${process.platform === 'linux' ? '-gnu' : ''}`;
const wanted = ['promptfoo', binding].filter((name) => !existsSync(path.join(modules, name)));
if (wanted.length > 0) {
  say(`Installing ${wanted.join(' and ')} ...`);
  mkdirSync(folder, { recursive: true });
  if (!existsSync(path.join(folder, 'package.json')))
    writeFileSync(path.join(folder, 'package.json'), '{"private":true}\n');
  const flags = ['--no-audit', '--no-fund', '--ignore-scripts', '--omit=optional'];
  execFileSync('npm', ['install', 'promptfoo', binding, ...flags], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}
const { version } = JSON.parse(readFileSync(path.join(modules, 'promptfoo/package.json'), 'utf8'));

const bundle = path.join(folder, 'hone-prompts.cjs');
await build({
  entryPoints: [path.join(fixtures, 'read.ts')],
  bundle: true,
  platform: 'node',
  format: 'cjs',
  outfile: bundle,
  logLevel: 'warning',
});
const { readFolder } = (await import(pathToFileURL(bundle))).default;

const names = readdirSync(fixtures, { withFileTypes: true }).filter((entry) => entry.isDirectory());
const total = { prompts: 0, renderings: 0, faults: 0 };
for (const { name } of names) {
  const place = path.join(fixtures, name);
  const config = readdirSync(place).find((each) => each.startsWith('promptfooconfig'));
  const theirs = byPromptfoo(place, config);
  const ours = await byHone(place, config);
  for (const kind of ['raw', 'rendered']) {
    const missing = without(theirs[kind], ours[kind]);
    const extra = without(ours[kind], theirs[kind]);
    for (const each of missing) say(`${name}: only promptfoo has the ${kind} prompt ${JSON.stringify(each)}`);
    for (const each of extra) say(`${name}: only Hone has the ${kind} prompt ${JSON.stringify(each)}`);
    total.faults += missing.length + extra.length;
  }
  total.prompts += theirs.raw.length;
  total.renderings += theirs.rendered.length;
}
say(
  `${names.length} configurations against promptfoo ${version}: ${total.prompts} prompts and ${total.renderings} renderings, ${total.faults} differences.`,
);
process.exitCode = total.faults === 0 ? 0 : 1;

async function byHone(place, config) {
  const { raw, rendered } = await readFolder(place, config);
  const same = (isRendered) => (texts) =>
    texts.flatMap((text) =>
      texts.length === 1 ? textsOf(text, isRendered) : [text.replace(/\r\n?/g, '\n')],
    );
  return { raw: raw.map(same(false)), rendered: rendered.map(same(true)) };
}

/** What promptfoo finds, and what it would send to a provider. */
function byPromptfoo(place, config) {
  const output = path.join(folder, 'prompts.json');
  rmSync(output, { force: true });
  const flags = ['--no-cache', '--no-write', '--no-progress-bar', '--no-table', '-o', output];
  execFileSync(
    projectNode,
    [path.join(modules, 'promptfoo/dist/src/main.js'), 'eval', '-c', config, ...flags],
    {
      cwd: place,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        PATH: process.env.PATH,
        NODE_NO_WARNINGS: '1',
        PROMPTFOO_CONFIG_DIR: path.join(folder, 'home'),
        PROMPTFOO_DISABLE_TELEMETRY: '1',
        PROMPTFOO_DISABLE_UPDATE: '1',
        PROMPTFOO_DISABLE_REMOTE_GENERATION: '1',
      },
    },
  );
  const { results } = JSON.parse(readFileSync(output, 'utf8'));
  return {
    raw: results.prompts.map(({ raw }) => textsOf(raw, false)),
    rendered: results.results.map(({ response }) => textsOf(response.output, true)),
  };
}

/** The texts of a prompt as promptfoo's own chat providers read it: one, or one for each message. Line ends do not count. */
function textsOf(output, isRendered) {
  const text = typeof output === 'string' ? output : JSON.stringify(output);
  let data;
  try {
    data = isRendered && text.trim().startsWith('- role:') ? parse(text) : JSON.parse(text);
  } catch {
    return [text.replace(/\r\n?/g, '\n')];
  }
  if (!Array.isArray(data)) return [JSON.stringify(data)];
  return data.map(({ content }) => content.replace(/\r\n?/g, '\n'));
}

function without(list, others) {
  const left = [...others];
  return list.filter((each) => {
    const index = left.findIndex((other) => isDeepStrictEqual(other, each));
    if (index !== -1) left.splice(index, 1);
    return index === -1;
  });
}
