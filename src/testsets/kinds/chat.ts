import type { ChatMessage, Problem, Role as Speaker } from '../../core/prompt.js';
import { chooseExpected } from '../columns.js';
import { everyRow, isObject, tableOf, type DataRow, type RawRow, type RowKind } from '../table.js';

/** Keys under which a row keeps a conversation. */
const KEYS = ['messages', 'input', 'prompt', 'user_input'] as const;

/** The column that holds what the last assistant turn said. */
const ANSWER = 'expected';

/** Who speaks, by the names that conversations use. */
const SPEAKERS: Readonly<Record<string, Speaker>> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  human: 'user',
  assistant: 'assistant',
  ai: 'assistant',
  model: 'assistant',
};

/**
 * Rows that are conversations: fine-tuning rows (`messages`, the last assistant turn is the answer), OpenAI evals
 * (`input` with `ideal`), items of their API. The system texts inside the rows give way to the prompt under test.
 */
export const chatKind: RowKind = {
  id: 'chat',
  recognises: ({ rows }) => keyOf(rows) !== undefined,
  read(path, source) {
    const key = keyOf(source.rows)!;
    const problems: Problem[] = [...source.problems];
    const systems = new Set<string>();
    const rows = source.rows.flatMap((row): RawRow[] => {
      const read = readConversation(row, key, systems);
      if (typeof read !== 'string') return [read];
      problems.push({ severity: 'warning', message: `The row is left out: ${read}.`, line: row.line });
      return [];
    });
    if (systems.size > 0) {
      const texts = systems.size === 1 ? 'The system text' : `The ${systems.size} different system texts`;
      problems.push({
        severity: systems.size === 1 ? 'info' : 'warning',
        message: `${texts} inside the rows of ${path} ${systems.size === 1 ? 'gives' : 'give'} way to the prompt under test.`,
      });
    }
    const hasAnswers =
      rows.some(({ cells }) => cells.has(ANSWER)) &&
      !source.rows.some(({ value }) => hasOwnAnswer(value, key));
    return tableOf(
      source.rows.some(({ value }) => 'ideal' in value) ? 'openai-evals' : 'chat',
      rows,
      problems,
      {
        input: { column: key, why: 'the conversation of the row' },
        ...(hasAnswers && { expected: { column: ANSWER, why: 'the last turn of the assistant' } }),
      },
    );
  },
};

function keyOf(rows: readonly DataRow[]): (typeof KEYS)[number] | undefined {
  return KEYS.find((key) => everyRow(rows, (value) => isConversation(value[key])));
}

/** A list of turns, each with a speaker and a text. */
function isConversation(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every(
      (turn) =>
        isObject(turn) &&
        typeof (turn.role ?? turn.type) === 'string' &&
        ('content' in turn || 'tool_calls' in turn),
    )
  );
}

/** Whether a row names its answer itself, so that the conversation is all input. */
function hasOwnAnswer(value: DataRow['value'], key: string): boolean {
  return chooseExpected(Object.keys(value).filter((name) => name !== key)).kind !== 'none';
}

/** The row, or why it cannot be used. */
function readConversation({ line, value }: DataRow, key: string, systems: Set<string>): RawRow | string {
  const turns: ChatMessage[] = [];
  for (const turn of value[key] as Readonly<Record<string, unknown>>[]) {
    const speaker = String(turn.role ?? turn.type).toLowerCase();
    const role = Object.hasOwn(SPEAKERS, speaker) ? SPEAKERS[speaker] : undefined;
    if (role === undefined) return `it has a turn of "${speaker}", which cannot be sent`;
    const content = textOf(turn.content);
    if (content === undefined) {
      return turn.tool_calls === undefined
        ? 'it has a turn that is not text'
        : 'it has a call of a tool, which cannot be sent';
    }
    turns.push({ role, content });
  }
  const cells = new Map(
    Object.entries(value).map(([name, cell]) => [name, isConversation(cell) ? lastText(cell) : cell]),
  );
  const last = turns.at(-1);
  if (last?.role === 'assistant' && !hasOwnAnswer(value, key)) {
    turns.pop();
    cells.set(ANSWER, last.content);
  }
  let spoken = turns.filter(({ role }) => role !== 'system');
  const system = turns.filter(({ role }) => role === 'system').map(({ content }) => content);
  if (spoken.length === 0) {
    const question = system.pop();
    if (question === undefined) return 'nothing is asked in it';
    spoken = [{ role: 'user', content: question }];
  }
  if (system.length > 0) systems.add(system.join('\n\n'));
  cells.set(key, transcript(spoken));
  return { line, cells, turns: spoken };
}

/** An answer that is written as a conversation: what it says at its end. */
function lastText(conversation: unknown): unknown {
  const last = (conversation as readonly Readonly<Record<string, unknown>>[]).at(-1)!;
  return textOf(last.content) ?? conversation;
}

/** The text of a turn; undefined when it has parts that are none. */
function textOf(content: unknown): string | undefined {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return undefined;
  const parts = content.map((part: unknown) =>
    isObject(part) && typeof part.text === 'string' ? part.text : undefined,
  );
  return parts.every((part) => part !== undefined) ? parts.join('\n') : undefined;
}

/** A conversation as one text: what the user says, with the speakers where there are several turns. */
function transcript(turns: readonly ChatMessage[]): string {
  const [only, ...others] = turns;
  if (others.length === 0) return only!.content;
  return turns.map(({ role, content }) => `${role}: ${content}`).join('\n\n');
}
