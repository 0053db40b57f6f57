import { execFileSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Judgement } from '../../../src/core/scoring.js';
import { createScorers, type ScorerConfig } from '../../../src/scorers/index.js';
import { functionBody } from '../../../src/scorers/assertions/code.js';
import { faultOf, testset } from './helpers.js';

let outer = '';
let root = '';

beforeAll(() => {
  outer = mkdtempSync(path.join(tmpdir(), 'hone-code-'));
  root = path.join(outer, 'workspace');
  mkdirSync(root);
});

afterAll(() => {
  rmSync(outer, { recursive: true, force: true });
});

async function run(
  file: string,
  source: string,
  more: Partial<ScorerConfig> = {},
  output = 'out',
): Promise<Judgement> {
  writeFileSync(path.join(root, file), source);
  const type = file.endsWith('.py') ? 'python' : 'javascript';
  const [scorer] = await createScorers([{ type, file: `./${file}`, ...more }], testset(['exp']), {
    root,
    trusted: true,
  });
  return scorer!.judge({ vars: { input: 'in' }, expected: 'exp', output });
}

const js = (body: string) => `export default ({ vars, expected, output }) => { ${body} };`;

describe('JavaScript of the workspace', () => {
  it.each([
    ['return 0.4', { value: 0.4, pass: false }],
    ['return 1', { value: 1, pass: true }],
    ['return 7', { value: 1, pass: true }],
    ['return -3', { value: 0, pass: false }],
    ['return true', { value: 1, pass: true }],
    ['return Promise.resolve({ score: 0.5, pass: true })', { value: 0.5, pass: true }],
    ['return vars.input + expected + output === "inexpout"', { pass: true }],
    ['return Object.keys(process.env).length === 0', { pass: true }],
    ['console.log("noise"); return 1', { pass: true }],
  ])('%s', async (body, wanted) => {
    expect(await run('scorer.mjs', js(body))).toMatchObject(wanted);
  });

  it('gives feedback with and without a direction', async () => {
    const both = await run(
      'scorer.mjs',
      js('return { score: 0, reason: "too cold", feedback: "Write warmly." }'),
    );
    expect(both.feedback).toEqual([
      {
        scorer: 'javascript',
        kind: 'directional',
        cause: 'javascript/Write warmly.',
        text: 'too cold',
        direction: 'Write warmly.',
      },
    ]);
    const plain = await run('scorer.mjs', js('return { score: 0, reason: "too cold" }'));
    expect(plain.feedback).toMatchObject([{ kind: 'non-directional', text: 'too cold' }]);
    const none = await run('scorer.mjs', js('return 0'));
    expect(none.feedback).toHaveLength(1);
  });

  it('shares nothing between answers', async () => {
    const source = 'let calls = 0; export default () => ++calls === 1;';
    expect((await run('counter.mjs', source)).pass).toBe(true);
    const [scorer] = await createScorers([{ type: 'javascript', file: 'counter.mjs' }], testset(['x']), {
      root,
      trusted: true,
    });
    const input = { vars: {}, expected: 'x', output: 'x' };
    expect((await scorer!.judge(input)).pass).toBe(true);
    expect((await scorer!.judge(input)).pass).toBe(true);
  });

  it.each([
    ['throw new Error("broken")', 'broken', {}],
    ['return "good"', 'it returned "good"', {}],
    ['return NaN', 'it returned', {}],
    ['return { pass: "yes" }', '"score"', {}],
    ['', 'it returned nothing', {}],
    ['while (true);', 'longer than 0.3 s', { timeout: 0.3 }],
    ['return new Promise(() => undefined)', 'without a result', {}],
    ['process.exit(0)', 'without a result', {}],
    ['const all = []; for (;;) all.push(new Array(1e5).fill({}).map(() => ({})))', 'memory', { timeout: 25 }],
  ])(
    '%s: an error on the row',
    async (body, words, more) => {
      const fault = await faultOf(() => run('scorer.mjs', js(body), more));
      expect(fault.reason).toBe('scorer-failed');
      expect(fault.message).toContain(words);
    },
    30_000,
  );

  it('can be cancelled', async () => {
    writeFileSync(path.join(root, 'slow.mjs'), js('while (true);'));
    const [scorer] = await createScorers([{ type: 'javascript', file: 'slow.mjs' }], testset(['x']), {
      root,
      trusted: true,
    });
    const stop = new AbortController();
    setTimeout(() => {
      stop.abort();
    }, 100);
    const fault = await faultOf(() => scorer!.judge({ vars: {}, expected: 'x', output: 'x' }, stop.signal));
    expect(fault.reason).toBe('cancelled');
  });

  it.each([
    ['../outside.mjs', 'outside the workspace'],
    ['link.mjs', 'outside the workspace'],
    ['missing.mjs', 'cannot be read'],
    ['notes.txt', 'not JavaScript'],
  ])('%s is refused', async (file, words) => {
    writeFileSync(path.join(outer, 'outside.mjs'), js('return 1'));
    rmSync(path.join(root, 'link.mjs'), { force: true });
    symlinkSync(path.join(outer, 'outside.mjs'), path.join(root, 'link.mjs'));
    const fault = await faultOf(() =>
      createScorers([{ type: 'javascript', file }], testset(['x']), { root, trusted: true }),
    );
    expect(fault.reason).toBe('bad-config');
    expect(fault.message).toContain(words);
  });

  it('does not run where the workspace is not trusted', async () => {
    const fault = await faultOf(() =>
      createScorers([{ type: 'python', file: 'scorer.py' }], testset(['x']), { root }),
    );
    expect(fault.message).toContain('not trusted');
  });

  it.each([
    ['output.length > 3', 'return output.length > 3'],
    ["const a = 'x;y'; a === output;", "const a = 'x;y'; return a === output"],
    ['if (a)\n  return 1;', 'if (a)\n  return 1;'],
  ])('makes a body of %j', (code, body) => {
    expect(functionBody(code)).toBe(body);
  });
});

function hasPython(): boolean {
  try {
    execFileSync('python3', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe.skipIf(!hasPython())('Python of the workspace', () => {
  it.each([
    ['return 0.4', { value: 0.4, pass: false }],
    ['return True', { value: 1, pass: true }],
    ['print("noise")\n    return {"score": 0.5, "pass_": True}', { value: 0.5, pass: true }],
    ['return vars["input"] + expected + output == "inexpöut"', { pass: true }],
    ['import os\n    return not any("KEY" in name for name in os.environ)', { pass: true }],
  ])('%s', async (body, wanted) => {
    process.env.HONE_API_KEY_OF_TEST = 'secret';
    const source = `def score(vars, expected, output):\n    ${body}\n`;
    expect(await run('scorer.py', source, {}, 'öut')).toMatchObject(wanted);
    delete process.env.HONE_API_KEY_OF_TEST;
  });

  it.each([
    ['raise ValueError("broken")', 'ValueError: broken', {}],
    ['return float("nan")', 'not plain data', {}],
    ['return None', 'it returned nothing', {}],
    ['while True: pass', 'longer than 1 s', { timeout: 1 }],
    ['import os; os._exit(3)', 'without a result', {}],
  ])('%s: an error on the row', async (body, words, more) => {
    const fault = await faultOf(() =>
      run('scorer.py', `def score(vars, expected, output):\n    ${body}\n`, more),
    );
    expect(fault.reason).toBe('scorer-failed');
    expect(fault.message).toContain(words);
  });

  it('says what is missing in a file without the function', async () => {
    expect((await faultOf(() => run('empty.py', 'x = 1\n'))).message).toContain(
      'score(vars, expected, output)',
    );
  });
});
