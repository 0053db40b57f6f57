import type { ChatMessage } from '../core/prompt.js';
import { countWords, pinnedPassage, pinsIn, occurrences, type Wishes } from '../core/wishes.js';
import { block } from './metaPrompt.js';

/**
 * A question to the optimizer with the user's wishes above all else in it, so that every strategy follows them. Without
 * wishes the question itself.
 * @param spanText the optimized text as it stands in the file
 */
export function withWishes(
  messages: readonly ChatMessage[],
  wishes: Wishes | undefined,
  spanText: string,
): readonly ChatMessage[] {
  const part = wishesPart(wishes, spanText);
  const [first, ...others] = messages;
  if (part === '' || !first) return messages;
  return [{ ...first, content: `${part}\n\n${first.content}` }, ...others];
}

function wishesPart(wishes: Wishes | undefined, spanText: string): string {
  const { guidance, pinned = [] } = wishes ?? {};
  const pins = pinsIn(spanText, pinned).map(({ passage }) => passage);
  const limit = wordLimit(wishes, spanText);
  const parts: string[] = [];
  if (guidance !== undefined) {
    parts.push(
      'The user whose prompt this is says what they want. Their word goes before everything else below: where the two differ, follow the user.',
      block('guidance', guidance.trim()),
    );
  }
  if (pins.length > 0) {
    parts.push(
      'These passages must stand in every new prompt exactly as they stand now, those on lines of their own on lines of their own:',
      ...pins.map((passage) => block('pinned', passage)),
    );
  }
  if (limit !== undefined)
    parts.push(`A new prompt may have at most <words_limit>${limit}</words_limit> words.`);
  return parts.join('\n');
}

/** Words that a new text may have at the most; undefined where the user sets no limit. */
export function wordLimit({ maxWords }: Wishes = {}, spanText: string): number | undefined {
  return maxWords === undefined ? undefined : Math.max(maxWords, countWords(spanText));
}

/** Which of the user's rules a new text breaks, a sentence each. */
export function brokenWishes(wishes: Wishes | undefined, before: string, after: string): string[] {
  const { pinned = [] } = wishes ?? {};
  const lost = pinsIn(before, pinned)
    .filter(({ passage, times, asLines }) => occurrences(after, passage, asLines) < times)
    .map(({ passage }) => `It changes what is pinned: "${passage}".`);
  const limit = wordLimit(wishes, before);
  const words = countWords(after);
  if (limit === undefined || words <= limit) return lost;
  const because = limit > wishes!.maxWords! ? 'as many as the prompt has now' : 'the limit that you set';
  return [...lost, `It has ${words} words; it may have ${limit}, ${because}.`];
}

/** Pinned passages that stand nowhere in these texts: a slip of the pen would else go unseen. */
export function missingPins(wishes: Wishes | undefined, texts: readonly string[]): string[] {
  return (wishes?.pinned ?? []).filter((each) => {
    const passage = pinnedPassage(each);
    return passage.trim() === '' || !texts.some((text) => text.includes(passage));
  });
}
