// Scores a prompt on many rows, aborts in the middle, and tells how long the run took to settle and what it had stored.
// Usage, once bundled: node abortClient.js OPTIONS, where OPTIONS is a JSON object.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createModel } from '../../src/models/index.js';
import { evaluateRows } from '../../src/runs/index.js';
import { loadTask } from '../../src/workspace/index.js';

interface ClientOptions {
  readonly url: string;
  readonly rows: number;
  readonly concurrency: number;
  readonly abortAfterMs: number;
}

const { url, rows, concurrency, abortAfterMs } = JSON.parse(process.argv[2]!) as ClientOptions;
const root = mkdtempSync(path.join(tmpdir(), 'bench-abort-'));
const lines = Array.from({ length: rows }, (_, row) => `${row},ok\n`);
writeFileSync(path.join(root, 'ask.prompt.md'), 'Answer with ok. Question {{q}}.\n');
writeFileSync(path.join(root, 'ask.csv'), `q,expected\n${lines.join('')}`);
const model = createModel('openai:bench', { baseUrl: url, apiKey: 'bench' });
const task = await loadTask(root, 'ask.prompt.md', { tests: path.join(root, 'ask.csv') });
const abort = new AbortController();
let abortedAt = Infinity;
setTimeout(() => {
  abortedAt = performance.now();
  abort.abort();
}, abortAfterMs);
const evaluation = await evaluateRows(
  task,
  { models: { task: model, optimizer: model, judge: model }, concurrency },
  { signal: abort.signal },
);
const settledMs = performance.now() - abortedAt;
evaluation.close();
const answers = path.join(root, '.hone', 'answers');
const stored = (existsSync(answers) ? readdirSync(answers) : []).flatMap((name) =>
  readFileSync(path.join(answers, name), 'utf8').trim().split('\n'),
).length;
rmSync(root, { recursive: true });
console.log(JSON.stringify({ settledMs, stored, ended: evaluation.endedEarly?.reason }));
