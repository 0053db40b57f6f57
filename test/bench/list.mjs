#!/usr/bin/env node
// Times the listing of a large workspace, cold and warm, beside `rg --files` on the same tree.
// Usage: npm run bench:list [-- --files 50000 --prompts 500 --runs 5]. Needs the bundles: the npm script builds them.
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { fail, must, root, say, temporaryFolder } from '../../scripts/lib/common.mjs';

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '50000' },
    prompts: { type: 'string', default: '500' },
    runs: { type: 'string', default: '5' },
  },
});
const [FILES, PROMPTS, RUNS] = [values.files, values.prompts, values.runs].map(Number);

/** Share of each kind among the files that are no prompts, and how long such a file is, in lines. */
const KINDS = [
  ['ts', 40, 120],
  ['py', 20, 120],
  ['tsx', 10, 90],
  ['json', 10, 40],
  ['md', 8, 60],
  ['yaml', 5, 30],
  ['css', 4, 80],
  ['svg', 3, 20],
];
const LINE = 'const value = compute(first, second, third); // one line of a usual file\n';
const FILES_PER_FOLDER = 25;
/** On top: what ignore files leave out, so that pruning shows. */
const IGNORED = 5000;

/** Old enough that the index may trust what it read. */
const LONG_AGO = new Date('2024-01-01T00:00:00Z');

function put(file, content) {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
  utimesSync(file, LONG_AGO, LONG_AGO);
}

/** @returns a file among the prompts, for a change */
function makeTree(tree) {
  put(path.join(tree, '.git', 'HEAD'), 'ref: refs/heads/main\n');
  put(path.join(tree, '.gitignore'), 'build/\n*.log\n/secret*\n!/secret.example\ncoverage/**\n.cache\n');
  const others = FILES - PROMPTS - 1;
  const kinds = KINDS.flatMap(([ending, share, lines]) => Array(share).fill([ending, LINE.repeat(lines)]));
  for (let index = 0; index < others; index++) {
    const folder = Math.floor(index / FILES_PER_FOLDER);
    const [ending, content] = kinds[(index * 37) % kinds.length];
    const home = `packages/p${Math.floor(folder / 40)}/src/m${folder % 40}`;
    put(path.join(tree, home, `file${index % FILES_PER_FOLDER}.${ending}`), content);
  }
  for (let index = 0; index < PROMPTS; index++) {
    const home = `packages/p${index % 50}/prompts`;
    const text = `Sort the ticket {{text}} of customer ${index} into one queue.\n`;
    if (index % 10 === 1)
      put(path.join(tree, home, `code${index}.py`), `${LINE}# hone: prompt\nPROMPT = """${text}"""\n`);
    else if (index % 2 === 0) put(path.join(tree, home, `prompt${index}.md`), text);
    else
      put(
        path.join(tree, home, `prompt${index}.prompt.yml`),
        `name: ${index}\nmessages:\n  - role: system\n    content: ${text}`,
      );
  }
  for (let index = 0; index < IGNORED; index++) {
    put(path.join(tree, 'packages', `p${index % 50}`, 'build', `out${index}.md`), LINE);
  }
  return path.join(tree, 'packages/p0/prompts/prompt0.md');
}

/** ripgrep as VS Code's server carries it, else the npm package, which is installed on demand. */
async function ripgrep() {
  const places = [
    '.vscode-test/server-*/node_modules/code-server/lib/vscode/node_modules/@vscode/ripgrep*/bin/**/rg{,.exe}',
    '.vscode-test/ripgrep/node_modules/@vscode/ripgrep*/bin/**/rg{,.exe}',
  ];
  const starts = (file) => spawnSync(file, ['--version']).status === 0;
  const found = () =>
    globSync(places, { cwd: root })
      .map((file) => path.join(root, file))
      .find(starts);
  const here = found();
  if (here) return here;
  const home = path.join(root, '.vscode-test', 'ripgrep');
  say('ripgrep is not here yet: installing @vscode/ripgrep from npm into .vscode-test/ripgrep (once).');
  mkdirSync(home, { recursive: true });
  if (!existsSync(path.join(home, 'package.json'))) writeFileSync(path.join(home, 'package.json'), '{}\n');
  await must('npm', ['install', '--no-audit', '--no-fund', '@vscode/ripgrep'], { cwd: home });
  const installed = found();
  if (!installed) throw new Error('@vscode/ripgrep was installed, but its program does not start.');
  return installed;
}

const median = (times) => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)];

async function timed(work) {
  const times = [];
  let result;
  for (let run = 0; run < RUNS; run++) {
    const before = performance.now();
    result = await work();
    times.push(performance.now() - before);
  }
  return { ms: median(times), least: Math.min(...times), result };
}

function program(command, ...args) {
  const { status, stderr, stdout } = spawnSync(command, args, { maxBuffer: 1e9 });
  if (status !== 0) throw new Error(`${path.basename(command)} ${args.join(' ')}: ${stderr}`);
  return stdout;
}

async function main() {
  const tree = path.join(temporaryFolder('bench-list'), 'tree');
  say(`Making ${FILES} files with ${PROMPTS} prompts, and ${IGNORED} ignored ones.`);
  const changing = makeTree(tree);
  const { listPrompts } = createRequire(import.meta.url)(path.join(root, 'dist', 'engine.js'));
  const rg = await ripgrep();
  const index = path.join(tree, '.hone');
  let read = 0;
  const list = () => listPrompts(tree, { onRead: () => read++ });
  const expect = (condition, what) => {
    if (!condition) throw new Error(`The listing is wrong: ${what}.`);
  };
  const coldly = (work) => () => {
    rmSync(index, { recursive: true, force: true });
    read = 0;
    return work();
  };

  const files = await timed(() => program(rg, '--files', '--hidden', '--glob', '!.git', tree));
  const cold = await timed(coldly(list));
  expect(cold.result.length === PROMPTS, `${cold.result.length} prompts instead of ${PROMPTS}`);
  const readCold = read;
  const warm = await timed(() => {
    read = 0;
    return list();
  });
  expect(read === 0, `${read} files were read although none had changed`);
  writeFileSync(changing, 'Sort the ticket {{text}}, and be brief.\n');
  utimesSync(changing, LONG_AGO, new Date(LONG_AGO.getTime() + 1000));
  await list();
  expect(read === 1, `${read} files were read although one had changed`);
  const command = () =>
    program(process.execPath, path.join(root, 'dist', 'cli.js'), 'list', tree, '--json', '-');
  const coldCommand = await timed(coldly(command));
  const warmCommand = await timed(command);

  const cpu = cpus()[0]?.model.trim() ?? 'unknown processor';
  console.log(
    `\nNode ${process.version}, ${availableParallelism()} cores (${cpu}), median of ${RUNS} runs, ms`,
  );
  const lines = String(files.result).trimEnd().split('\n').length;
  const row = (what, { ms, least }, note) =>
    console.log(
      `${what.padEnd(28)} ${ms.toFixed(0).padStart(6)}  least ${least.toFixed(0).padStart(6)}  ` +
        `${(ms / files.ms).toFixed(1).padStart(6)} x rg --files   ${note}`,
    );
  row('rg --files', files, `${lines} files`);
  row('listing, cold', cold, `${readCold} files read`);
  row('listing, warm', warm, '0 files read');
  row('hone list, cold', coldCommand, 'the whole command');
  row('hone list, warm', warmCommand, 'the whole command');
  const size = readFileSync(path.join(index, 'index.json')).length;
  console.log(`Index: ${(size / 1e6).toFixed(1)} MB`);
}

await main().then(() => process.exit(0), fail);
