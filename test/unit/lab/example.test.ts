import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { transform } from 'esbuild';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compare } from '../../../src/lab/compare.js';
import { planComparison } from '../../../src/lab/plan.js';
import type { Strategy } from '../../../src/optimizer/strategy.js';

const REPOSITORY = path.resolve(import.meta.dirname, '../../..');
const STRATEGIES = path.join(REPOSITORY, 'src/optimizer/strategies');

/** The one block of TypeScript in the page. */
async function exampleCode(): Promise<string> {
  const page = await readFile(path.join(REPOSITORY, 'docs/adding-a-strategy.md'), 'utf8');
  const blocks = [...page.matchAll(/^```ts\n([\s\S]*?)^```$/gm)];
  expect(blocks).toHaveLength(1);
  return blocks[0]![1]!;
}

describe('the example of docs/adding-a-strategy.md', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'hone-example-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('compiles under the settings of the project', { timeout: 60_000 }, async () => {
    const code = await exampleCode();
    const file = path.join(STRATEGIES, 'shorten.example.ts');
    const { config } = ts.readConfigFile(path.join(REPOSITORY, 'tsconfig.json'), (name) =>
      ts.sys.readFile(name),
    ) as {
      config: { compilerOptions: unknown };
    };
    const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, REPOSITORY);
    const host = ts.createCompilerHost(options);
    const real = { fileExists: host.fileExists.bind(host), readFile: host.readFile.bind(host) };
    host.fileExists = (name) => name === file || real.fileExists(name);
    host.readFile = (name) => (name === file ? code : real.readFile(name));
    const program = ts.createProgram([file], { ...options, types: ['node'] }, host);
    const source = program.getSourceFile(file)!;
    const problems = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    expect(problems.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([]);
  });

  it('runs in the lab, and shortens the text that is too long', { timeout: 60_000 }, async () => {
    // Its imports lead to the modules of this process, so that it works with the same loop and errors.
    const code = (await exampleCode()).replace(/from '(\.[^']+)\.js'/g, (_, module: string) => {
      return `from '${pathToFileURL(path.join(STRATEGIES, `${module}.ts`)).href}'`;
    });
    const file = path.join(folder, 'shorten.mjs');
    await writeFile(file, (await transform(code, { loader: 'ts', format: 'esm' })).code);
    const { shorten } = (await import(/* @vite-ignore */ file)) as { shorten: Strategy };
    const plan = planComparison({ tasks: ['verbosity'], budgets: [600], seeds: 3 });
    const runs = await compare({ ...plan, strategies: [shorten] });
    expect(runs).toHaveLength(3);
    for (const run of runs) {
      expect(run.strategy).toBe('shorten');
      expect(run.end).toBeGreaterThan(run.start + 0.05);
      expect(run.calls).toBeLessThanOrEqual(600);
    }
  });
});
