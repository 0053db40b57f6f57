import type { Assertion, TestCase } from '../core/testset.js';
import type { ProposalContext } from './strategy.js';

/** The values of a row that reach the task model, by name. */
export function inputsOf(context: ProposalContext, row: TestCase): Record<string, string> {
  const { placeholders } = context.document;
  const { inputColumn } = context.state.setup.testset;
  const names = placeholders.length > 0 ? placeholders : inputColumn === undefined ? [] : [inputColumn];
  return Object.fromEntries(names.flatMap((name) => (name in row.vars ? [[name, row.vars[name]!]] : [])));
}

/** What a row wants of its answer, as text: the expected answer, else its assertions; empty for an unlabelled row. */
export function expectedText(row: TestCase): string {
  if (row.expected === undefined) return (row.asserts ?? []).map(assertionText).join('; ');
  return typeof row.expected === 'string' ? row.expected : JSON.stringify(row.expected);
}

function assertionText({ type, value, assert }: Assertion): string {
  if (assert) return `${type} (${assert.map(assertionText).join('; ')})`;
  if (value === undefined) return type;
  return `${type} ${typeof value === 'string' ? value : JSON.stringify(value)}`;
}
