// Scores the same answers by the same assertions with promptfoo's own package and with Hone. Writes what promptfoo says to
// test/fixtures/parity/promptfoo.json, where the unit tests find it, and the table in docs/scorers.md.
// Usage: node test/bench/promptfooParity.mjs
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { format, resolveConfig } from 'prettier';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const folder = path.join(root, '.vscode-test/promptfoo');
const fixtures = path.join(root, 'test/fixtures/parity');
const docs = path.join(root, 'docs/scorers.md');

const installed = path.join(folder, 'node_modules/promptfoo');
if (!existsSync(path.join(installed, 'package.json'))) {
  mkdirSync(folder, { recursive: true });
  if (!existsSync(path.join(folder, 'package.json')))
    writeFileSync(path.join(folder, 'package.json'), '{"private":true}\n');
  process.stderr.write('Installing promptfoo ...\n');
  const flags = ['--no-audit', '--no-fund', '--ignore-scripts', '--omit=optional'];
  execFileSync('npm', ['install', 'promptfoo', ...flags], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

Object.assign(process.env, {
  PROMPTFOO_CONFIG_DIR: path.join(folder, 'home'),
  PROMPTFOO_DISABLE_TELEMETRY: '1',
  PROMPTFOO_DISABLE_UPDATE: '1',
  PROMPTFOO_DISABLE_REMOTE_GENERATION: '1',
  LOG_LEVEL: 'error',
});
const { version } = JSON.parse(readFileSync(path.join(installed, 'package.json'), 'utf8'));
const { assertions } = await import(pathToFileURL(path.join(installed, 'dist/src/index.js')));

const bundle = path.join(folder, 'hone-scorers.cjs');
await build({
  entryPoints: [path.join(fixtures, 'score.ts')],
  bundle: true,
  platform: 'node',
  format: 'cjs',
  outfile: bundle,
  logLevel: 'warning',
});
const { scoreByHone, sameResult } = (await import(pathToFileURL(bundle))).default;

const cases = JSON.parse(readFileSync(path.join(fixtures, 'cases.json'), 'utf8'));
const golden = [];
const types = new Map();
const faults = [];
for (const each of cases) {
  const theirs = await scoreByPromptfoo(each);
  const ours = await scoreByHone(each);
  golden.push({ id: each.id, ...theirs });
  const same = sameResult(theirs, ours);
  if (same === (each.difference !== undefined)) faults.push({ case: each, promptfoo: theirs, hone: ours });
  const name = each.assert.length > 1 ? 'several' : each.assert[0].type.replace(/^not-/, '');
  const row = types.get(name) ?? { cases: 0, same: 0, reasons: new Set() };
  types.set(name, row);
  row.cases++;
  if (same) row.same++;
  else if (each.difference) row.reasons.add(each.difference);
}
writeFileSync(
  path.join(fixtures, 'promptfoo.json'),
  `${JSON.stringify({ version, results: golden }, null, 1)}\n`,
);

const lines = [...types]
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(
    ([name, { cases: all, same, reasons }]) => `| ${name} | ${all} | ${same} | ${[...reasons].join(' ')} |`,
  );
const total = [...types.values()].reduce((sum, row) => [sum[0] + row.cases, sum[1] + row.same], [0, 0]);
const table = [
  `${total[0]} answers against promptfoo ${version}: ${total[1]} with the same pass and score, ${total[0] - total[1]} different for the reasons given. Types include their \`not-\` form.`,
  '',
  '| assertion | answers | same | why not the same |',
  '| --- | ---: | ---: | --- |',
  ...lines,
].join('\n');
if (existsSync(docs)) {
  const text = readFileSync(docs, 'utf8');
  const marks = /(<!-- parity -->\n)[\s\S]*?(\n<!-- \/parity -->)/;
  const updated = text.replace(marks, (_, start, end) => `${start}\n${table}\n${end}`);
  writeFileSync(docs, await format(updated, { ...(await resolveConfig(docs)), parser: 'markdown' }));
}
process.stdout.write(`${table}\n`);
for (const fault of faults) process.stderr.write(`Unexplained: ${JSON.stringify(fault)}\n`);
process.exitCode = faults.length === 0 ? 0 : 1;

async function scoreByPromptfoo({ assert, output, threshold, vars = {}, finishReason, judge = [] }) {
  const answers = [...judge];
  const provider = {
    id: () => 'fixed',
    callApi: () => Promise.resolve({ output: answers.shift() ?? '' }),
  };
  try {
    const { pass, score } = await assertions.runAssertions({
      prompt: 'the prompt',
      test: { vars, assert: JSON.parse(JSON.stringify(assert)), threshold, options: { provider } },
      providerResponse: { output, ...(finishReason && { finishReason }) },
    });
    return { pass, score };
  } catch (error) {
    return { error: error.message.split('\n')[0] };
  }
}
