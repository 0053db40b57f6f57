import type { ChatMessage } from '../core/prompt.js';
import { count } from './words.js';

/** One run, as it will be sent. */
export interface Sending {
  readonly promptPath: string;
  readonly testsetPath: string;
  readonly rows: { readonly train: number; readonly validation: number; readonly exam: number };
  /** How many requests, and what they cost, a sentence each. */
  readonly calls: string;
  readonly cost: string;
  /** The model that answers the rows. */
  readonly taskLabel: string;
  /** Where what goes, a sentence each. */
  readonly destinations: readonly string[];
  readonly notes: readonly string[];
  /** The first rows as they are sent, with their lines in the test file. */
  readonly samples: readonly { readonly line: number; readonly messages: readonly ChatMessage[] }[];
}

/** The page that shows what leaves the machine: where it goes, how much at most, and the first requests in full. */
export function describeSending(sendings: readonly Sending[]): string {
  return [
    '# What will be sent',
    'Nothing has been sent yet.',
    ...sendings.flatMap((sending) => [
      `## ${sending.promptPath}`,
      [
        `- Test set: ${sending.testsetPath} (${rowsLine(sending.rows)})`,
        `- ${sending.calls}`,
        `- ${sending.cost}`,
        ...sending.destinations.map((destination) => `- ${destination}`),
        ...sending.notes.map((note) => `- ${note}`),
      ].join('\n'),
      `### The first ${count(sending.samples.length, 'request')} to ${sending.taskLabel}`,
      'Every row of the test set is sent like this, with the prompt as it stands and with each candidate in its place.',
      ...sending.samples.flatMap((sample, index) => [
        `#### Request ${index + 1} (line ${sample.line} of ${sending.testsetPath})`,
        ...sample.messages.flatMap((message) => [`**${message.role}**`, fenced(message.content)]),
      ]),
    ]),
    '',
  ].join('\n\n');
}

export function rowsLine(rows: Sending['rows']): string {
  return `${rows.train} train, ${rows.validation} validation, ${rows.exam} exam rows`;
}

/** A code block whose fence is longer than any in the text, so that the text cannot end it. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}`;
}
