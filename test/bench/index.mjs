#!/usr/bin/env node
// Runs the benches one after the other, each figure beside its rival in the same run and beside what is aimed at.
// Usage: npm run bench -- [transport evaluate start memory faults concurrency abort kill statistics] [--rounds N]
//   [--no-promptfoo] [--draws 1] [--markdown]. Without names: all of them. Fails when an aim is not met.
import { spawn } from 'node:child_process';
import { cpus } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as abort from './abort.mjs';
import { figure } from './clients.mjs';
import * as concurrency from './concurrency.mjs';
import { benchMemory, benchStart, benchThroughput } from './evaluate.mjs';
import * as faults from './faults.mjs';
import * as kill from './kill.mjs';
import * as transport from './transport.mjs';

const statistics = path.join(path.dirname(fileURLToPath(import.meta.url)), 'statistics.mjs');

const atMost = (most) => ({ aim: `at most ${most}`, holds: (value) => value <= most });
const atLeast = (least) => ({ aim: `at least ${least}`, holds: (value) => value >= least });
const none = { aim: 'none', holds: (value) => value === 0 };

const seconds = (value) => `${figure(value)} s`;
const megabytes = (value) => `${value.toFixed(0)} MB`;
const times = (value) => `${figure(value)} x`;
const plain = (value) => String(value);

/** A figure: what was found, on either side, and the value (of ours, or the ratio of both) that has an aim. */
const row = (what, value, { aim, holds }, show, ours = '', rival = '') => ({
  what,
  ours,
  rival,
  value: show(value),
  aim,
  met: holds(value),
});

const beside = (what, ours, rival, aim, show, ratio = ours / rival) =>
  row(what, ratio, aim, times, show(ours), show(rival));

/** Each gives its figures. */
const BENCHES = {
  async transport({ rounds }) {
    const [bare, hone] = (await transport.run(rounds)).rows;
    return [
      beside('requests through the models, against fetch: wall', hone.wall, bare.wall, atMost(1.15), seconds),
      beside('the same: CPU of the whole process', hone.cpu, bare.cpu, atMost(1.6), seconds),
    ];
  },
  async evaluate({ rounds, promptfoo }) {
    const { version, used } = await benchThroughput({ ...rounds, promptfoo });
    return [
      beside(
        'hone eval, 1,000 rows, against fetch: wall',
        used.hone.wall,
        used.bare.wall,
        atMost(1.15),
        seconds,
      ),
      beside('the same: CPU', used.hone.cpu, used.bare.cpu, atMost(1.6), seconds),
      ...(version ? againstPromptfoo(`promptfoo ${version}, 1,000 rows`, used, ['wall', 'cpu', 'rss']) : []),
    ];
  },
  async start({ rounds, promptfoo }) {
    const used = await benchStart({ ...rounds, promptfoo });
    return promptfoo ? againstPromptfoo('promptfoo, one row', used, ['wall']) : [];
  },
  async memory() {
    const { few, many, small, large } = await benchMemory();
    const what = `memory of hone eval, ${many} rows against ${few}`;
    return [beside(what, large.rss, small.rss, atMost(1.5), megabytes)];
  },
  async faults({ rounds }) {
    const { ratio, lost, most, allowed } = (await faults.run(rounds)).summary;
    return [
      row('rows lost to 429, 500, resets and hangs', lost, none, plain),
      row('wall with faults against without', ratio, atMost(1.6), times),
      row('most in flight', most, atMost(allowed), plain),
    ];
  },
  async concurrency({ rounds }) {
    const [byHand, ...adapting] = (await concurrency.run(rounds)).rows;
    return adapting.map(({ name, perSecond, ratio }) =>
      beside(
        `answers per second, ${name}, against by hand`,
        perSecond,
        byHand.perSecond,
        atLeast(0.9),
        figure,
        ratio,
      ),
    );
  },
  async abort({ rounds }) {
    const { median, lost } = (await abort.run(rounds)).summary;
    return [
      row(
        'milliseconds until an aborted evaluation has settled (median)',
        Math.round(median),
        atMost(100),
        plain,
      ),
      row('answers that the endpoint had sent by then and that are not stored', lost, none, plain),
    ];
  },
  async kill({ rounds }) {
    const { rows } = await kill.run(rounds);
    const sum = (key) => rows.reduce((total, each) => total + each[key], 0);
    const unequal = rows.filter(({ equal }) => !equal).length;
    return [
      row(`runs that end otherwise after ${sum('kills')} kills`, unequal, none, plain),
      row('requests billed twice', sum('billed twice'), none, plain),
    ];
  },
  async statistics({ draws }) {
    const { code, output } = await printed([statistics, '--draws', draws]);
    console.log(output);
    return [row('statistical promises that do not hold', code === 0 ? 0 : 1, none, plain)];
  },
};

const PROMPTFOO = {
  wall: [atLeast(5), 'wall', seconds],
  cpu: [atLeast(5), 'CPU', seconds],
  rss: [atLeast(2), 'memory', megabytes],
};

function againstPromptfoo(what, { hone, promptfoo }, keys) {
  return keys.map((key) => {
    const [aim, name, show] = PROMPTFOO[key];
    return beside(
      `${what}: its ${name} against ours`,
      hone[key],
      promptfoo[key],
      aim,
      show,
      promptfoo[key] / hone[key],
    );
  });
}

async function printed(args) {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const chunks = [];
  child.stdout.on('data', (chunk) => chunks.push(chunk));
  const code = await new Promise((resolve) => child.once('close', resolve));
  return { code, output: Buffer.concat(chunks).toString() };
}

function markdown(rows) {
  const header = ['figure', 'Hone', 'rival', 'value', 'aim', ''];
  const lines = [header, header.map(() => '---'), ...rows.map(cells)];
  return lines.map((line) => `| ${line.join(' | ')} |`).join('\n');
}

const cells = ({ what, ours, rival, value, aim, met }) => [
  what,
  ours,
  rival,
  value,
  aim,
  met ? 'met' : 'not met',
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  allowNegative: true,
  options: {
    rounds: { type: 'string' },
    promptfoo: { type: 'boolean', default: true },
    draws: { type: 'string', default: '1' },
    markdown: { type: 'boolean', default: false },
  },
});
const unknown = positionals.find((name) => !Object.hasOwn(BENCHES, name));
if (unknown) throw new Error(`There is no bench "${unknown}"; known: ${Object.keys(BENCHES).join(', ')}.`);
const settings = {
  rounds: values.rounds === undefined ? {} : { rounds: Number(values.rounds) },
  promptfoo: values.promptfoo,
  draws: values.draws,
};
const found = [];
for (const name of positionals.length > 0 ? positionals : Object.keys(BENCHES)) {
  console.error(`${name} ...`);
  found.push(...(await BENCHES[name](settings)));
}
if (values.markdown) {
  console.log(
    `Node ${process.versions.node}, ${cpus().length} cores (${cpus()[0]?.model.trim() ?? 'unknown'}):\n`,
  );
  console.log(markdown(found));
} else {
  console.table(
    Object.fromEntries(
      found.map(({ what, ours, rival, value, aim, met }) => [
        what,
        { Hone: ours, rival, value, aim, '': met ? 'met' : 'not met' },
      ]),
    ),
  );
}
process.exitCode = found.every(({ met }) => met) ? 0 : 1;
