import { codeFile, requireTrust } from '../code/file.js';
import { runPython } from '../code/python.js';
import { codeJudgement } from '../code/result.js';
import { DEFAULT_TIMEOUT, runInWorker } from '../code/worker.js';
import { badValue, type AssertionCall, type AssertionKind } from './kind.js';

/**
 * The body of a function from the code of one line: its expression is returned. Declarations before the last
 * expression stay as they are.
 */
export function functionBody(code: string): string {
  const text = code.trimEnd();
  if (text.includes('\n')) return text;
  const line = text.trim().replace(/;+\s*$/, '');
  if (!/^(?:const|let|var)\s/.test(line)) return `return ${line}`;
  const end = lastSemicolon(line);
  const expression = line.slice(end + 1).trim();
  return end < 0 || expression === '' ? line : `${line.slice(0, end + 1)} return ${expression}`;
}

/** The last semicolon outside of quotation marks; -1 when there is none. */
function lastSemicolon(line: string): number {
  const bare = line.replace(/(["'`])(?:\\.|(?!\1)[^\\])*\1/g, (quoted) => '_'.repeat(quoted.length));
  return bare.lastIndexOf(';');
}

const FILE = /^file:\/\/(.+?\.(?:[cm]?[jt]s|py))(?::([A-Za-z_$][\w$]*))?$/;

export const CODE: AssertionKind = {
  types: ['javascript', 'python'],
  meaning: 'Code of the workspace judges the answer: an expression, a function body, or file://scorer.mjs.',
  feedbackKind: 'non-directional',
  value: 'required',
  runsCode: true,
  async judge(call) {
    const { id, assertion, output, inverse } = call;
    const returned = await (call.type === 'python' ? fromPython(call) : fromJavaScript(call));
    const { threshold } = assertion;
    return codeJudgement(id, returned, output, {
      passes: (score) => (threshold === undefined ? score > 0 : score >= threshold),
      inverse,
    });
  },
};

function contextOf({ input, assertion }: AssertionCall) {
  const { vars, expected, prompt = '' } = input;
  return { vars, expected, prompt, config: assertion.config ?? {} };
}

async function fromJavaScript(call: AssertionCall): Promise<unknown> {
  const { id, value, output, signal } = call;
  if (typeof value !== 'string') throw badValue(call, 'its value is not code.');
  const limits = { timeout: DEFAULT_TIMEOUT, signal };
  const args = [output, contextOf(call)];
  const file = FILE.exec(value);
  if (!file) {
    requireTrust(call.context, `"${id}"`);
    return runInWorker(
      id,
      { kind: 'body', body: functionBody(value), names: ['output', 'context'], args },
      limits,
    );
  }
  const path = codeFile(file[1]!, 'javascript', call.context);
  return runInWorker(
    id,
    { kind: 'module', file: path, args, ...(file[2] !== undefined && { exportName: file[2] }) },
    limits,
  );
}

async function fromPython(call: AssertionCall): Promise<unknown> {
  const { id, value, output, signal, input } = call;
  const file = typeof value === 'string' ? FILE.exec(value) : undefined;
  if (!file)
    throw badValue(call, 'Python inside a configuration is not run; its value must be file://NAME.py.');
  return runPython(
    id,
    {
      file: codeFile(file[1]!, 'python', call.context),
      functionName: file[2] ?? 'get_assert',
      args: [output, contextOf(call)],
      vars: input.vars,
      expected: input.expected,
      output,
    },
    { timeout: DEFAULT_TIMEOUT, signal },
  );
}

/** A transform that is code. */
export async function transformByCode(
  source: string,
  call: Omit<AssertionCall, 'value' | 'shared'>,
): Promise<unknown> {
  requireTrust(call.context, `"${call.id}" has a transform that`);
  return runInWorker(
    call.id,
    {
      kind: 'body',
      body: functionBody(source),
      names: ['output', 'context'],
      args: [call.output, { vars: call.input.vars }],
    },
    { timeout: DEFAULT_TIMEOUT, signal: call.signal },
  );
}
