import type { TestCase } from '../core/testset.js';
import type { ProposalContext } from './strategy.js';

/** The values of a row that reach the task model, by name. */
export function inputsOf(context: ProposalContext, row: TestCase): Record<string, string> {
  const { placeholders } = context.document;
  const { inputColumn } = context.state.setup.testset;
  const names = placeholders.length > 0 ? placeholders : inputColumn === undefined ? [] : [inputColumn];
  return Object.fromEntries(names.flatMap((name) => (name in row.vars ? [[name, row.vars[name]!]] : [])));
}

/** The expected answer as text; empty for an unlabelled row. */
export function expectedText(row: TestCase): string {
  if (row.expected === undefined) return '';
  return typeof row.expected === 'string' ? row.expected : JSON.stringify(row.expected);
}
