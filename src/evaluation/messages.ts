import type { ChatMessage, PromptDocument } from '../core/prompt.js';
import type { TestCase, TestSet } from '../core/testset.js';
import { renderMessages } from '../formats/index.js';

/**
 * The messages that are sent for one row: the prompt's own, filled, between the row's prefix and suffix; for a prompt
 * without placeholders the row's conversation, or its input as a user message, comes after them.
 */
export async function messagesFor(
  document: PromptDocument,
  testset: Pick<TestSet, 'inputColumn'>,
  row: TestCase,
): Promise<ChatMessage[]> {
  const own = framed(await renderMessages(document, row.vars, undefined), row);
  const { inputColumn } = testset;
  if (document.placeholders.length > 0 || inputColumn === undefined) return own;
  const input = row.vars[inputColumn];
  const following = row.turns ?? (input === undefined ? [] : [{ role: 'user', content: input } as const]);
  return [...own, ...following];
}

function framed(
  messages: readonly ChatMessage[],
  { prefix = '', suffix = '', vars }: TestCase,
): ChatMessage[] {
  const fill = (text: string) =>
    text.replace(/\{\{\s*([\w.-]+)\s*\}\}/g, (all, name: string) =>
      Object.hasOwn(vars, name) ? vars[name]! : all,
    );
  return messages.map(({ role, content }, index) => {
    const before = index === 0 ? fill(prefix) : '';
    const after = index === messages.length - 1 ? fill(suffix) : '';
    return { role, content: `${before}${content}${after}` };
  });
}
