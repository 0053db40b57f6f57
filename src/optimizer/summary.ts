import { diffArrays } from 'diff';
import { excerpt } from './metaPrompt.js';

const LONGEST = 120;

/** What an edit changes, in one line for people: the lines that it adds, or the words that it takes away. */
export function summaryOf(before: string, after: string): string {
  const changes = diffArrays(linesOf(before), linesOf(after));
  const added = changes.filter((change) => change.added).flatMap((change) => change.value);
  const removed = changes.filter((change) => change.removed).flatMap((change) => change.value);
  if (added.length === 0) {
    return removed.length === 0 ? 'Changes white space only.' : `Removes ${quoted(removed)}`;
  }
  if (removed.length === 0) return `Adds ${quoted(added)}`;
  const words = changedWords(removed.join(' '), added.join(' '));
  return words ?? `Rewrites ${removed.length === 1 ? 'a line' : `${removed.length} lines`}: ${quoted(added)}`;
}

/** A short replacement inside of otherwise equal text; undefined when more than a few words change. */
function changedWords(before: string, after: string): string | undefined {
  const changes = diffArrays(before.split(' '), after.split(' '));
  const added = changes.filter((change) => change.added).flatMap((change) => change.value);
  const removed = changes.filter((change) => change.removed).flatMap((change) => change.value);
  const kept = changes.filter((change) => !change.added && !change.removed).flatMap((change) => change.value);
  if (kept.length < added.length + removed.length) return undefined;
  if (added.length === 0) return `Removes ${quoted([removed.join(' ')])}`;
  if (removed.length === 0) return `Adds ${quoted([added.join(' ')])}`;
  return `Changes ${quoted([removed.join(' ')])} to ${quoted([added.join(' ')])}`;
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function quoted(lines: readonly string[]): string {
  return `“${excerpt(lines.join(' '), LONGEST)}”`;
}
