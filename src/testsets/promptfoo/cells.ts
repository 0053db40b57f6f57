import type { Problem } from '../../core/prompt.js';
import type { Assertion } from '../../core/testset.js';
import { badTestSet, type DataRow, type RawRow } from '../table.js';
import { assertionFromText } from './assertionText.js';

/** Whether a table's columns follow promptfoo's rules: names with two underscores have a meaning of their own. */
export function hasReservedColumn(names: readonly string[]): boolean {
  return names.some((name) =>
    /^__(?:expected\d*|metric|threshold|prefix|suffix|description|providerOutput)$|^__(?:metadata|config):/.test(
      name.trim(),
    ),
  );
}

/** Names that are read as ordinary columns, though two underscores may be meant. */
export function warnOfSingleUnderscores(names: readonly string[], problems: Problem[]): void {
  for (const name of names) {
    if (
      !/^_(?:expected|prefix|suffix|description|providerOutput|metric|threshold|metadata|config)/.test(
        name.trim(),
      )
    )
      continue;
    const message = `The column "${name}" is an ordinary one: write "_${name}" if promptfoo's is meant.`;
    problems.push({ severity: 'warning', message });
  }
}

/**
 * A row of a table under promptfoo's rules: its columns, and what the reserved ones say.
 * @throws HoneError `bad-test-set` for a number that is none, or a `__config:` column for something unknown
 */
export function readCells(path: string, { line, value }: DataRow, problems: Problem[]): RawRow {
  const cells = new Map<string, unknown>();
  const asserts: Assertion[] = [];
  const metadata: Record<string, unknown> = {};
  const thresholds = new Map<number, number>();
  const texts: { prefix?: string; suffix?: string; description?: string } = {};
  let metric: string | undefined;
  let threshold: number | undefined;
  for (const [rawName, cell] of Object.entries(value)) {
    const name = rawName.trim();
    const text =
      typeof cell === 'string' ? cell : cell === null || cell === undefined ? '' : JSON.stringify(cell);
    const isEmpty = text.trim() === '';
    if (name.startsWith('__expected')) {
      if (!isEmpty) asserts.push(assertionFromText(text, line, problems));
    } else if (name === '__prefix' || name === '__suffix' || name === '__description') {
      if (text !== '') texts[name.slice(2) as keyof typeof texts] = text;
    } else if (name === '__metric') {
      if (!isEmpty) metric = text;
    } else if (name === '__threshold') {
      if (!isEmpty) threshold = numberOf(path, line, name, text);
    } else if (name.startsWith('__metadata:')) {
      if (!isEmpty) setMetadata(metadata, name.slice('__metadata:'.length), text);
    } else if (name.startsWith('__config:')) {
      const index = configIndex(path, line, name);
      if (!isEmpty) thresholds.set(index, numberOf(path, line, name, text));
    } else if (name !== '__providerOutput' && name !== '__metadata') {
      cells.set(name, cell);
    }
  }
  const complete = asserts.map((assertion, index) => ({
    ...assertion,
    ...(metric !== undefined && { metric }),
    ...(thresholds.has(index) && { threshold: thresholds.get(index)! }),
  }));
  return {
    line,
    cells,
    ...(complete.length > 0 && { asserts: complete }),
    ...(threshold !== undefined && { threshold }),
    ...texts,
    ...(Object.keys(metadata).length > 0 && { metadata }),
  };
}

function setMetadata(metadata: Record<string, unknown>, key: string, text: string): void {
  const items = () => text.split(/(?<!\\),/).map((item) => item.trim().replaceAll('\\,', ','));
  const isList = key.endsWith('[]');
  Object.defineProperty(metadata, isList ? key.slice(0, -2) : key, {
    value: isList ? items() : text,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

/** Which assertion of a row a column such as `__config:__expected2:threshold` is about, from 0. */
function configIndex(path: string, line: number, name: string): number {
  const match = /^__config:__expected(?<number>[1-9]\d*)?:threshold$/.exec(name);
  if (match) return match.groups?.number === undefined ? 0 : Number(match.groups.number) - 1;
  throw badTestSet(
    path,
    line,
    `The column "${name}" is not one that promptfoo knows.`,
    'Name it "__config:__expected:threshold", or "__config:__expected2:threshold" for the second column.',
  );
}

function numberOf(path: string, line: number, name: string, text: string): number {
  const number = Number(text.trim());
  if (Number.isFinite(number)) return number;
  throw badTestSet(
    path,
    line,
    `"${text}" in the column "${name}" is not a number.`,
    'Write a number such as 0.8, or leave the cell empty.',
  );
}
