import { HoneError } from '../core/errors.js';
import type { EditableSpan, PromptDocument } from '../core/prompt.js';
import type { Focus } from './format.js';

/** The spans of one prompt among those of a file that holds several. */
export interface OnePrompt {
  readonly spans: readonly EditableSpan[];
}

/**
 * The prompts of a file that are meant: the one that is asked for, else all.
 * @returns with the document's `focus`, which is absent when all are meant
 */
export function focused<T extends OnePrompt>(
  prompts: readonly T[],
  focus: Focus | undefined,
): { readonly prompts: readonly T[]; readonly focus?: string } {
  const { selection, span } = focus ?? {};
  const isMeant = ({ id, range }: EditableSpan) =>
    selection ? range.start <= selection.end && selection.start <= range.end : id === span;
  for (const prompt of prompts) {
    const meant = prompt.spans.find(isMeant);
    if (meant) return { prompts: [prompt], focus: meant.id };
  }
  return { prompts };
}

/**
 * Refuses to send all prompts of a file as if they were one.
 * @throws HoneError `bad-prompt-file` when the file holds several prompts and none was asked for
 */
export function requireOnePrompt(document: PromptDocument, prompts: readonly OnePrompt[]): void {
  if (prompts.length < 2) return;
  const ids = prompts.flatMap(({ spans }) => spans.slice(0, 1).map(({ id }) => id));
  throw new HoneError({
    reason: 'bad-prompt-file',
    message: `${document.path} holds ${prompts.length} prompts, and only one can be sent at a time.`,
    nextStep: `Name the span of one of them: ${ids.join(', ')}.`,
    place: { file: document.path },
  });
}
