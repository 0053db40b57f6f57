/** A try as a request shows it. */
export interface ShownTry {
  readonly text: string;
  /** 0 to 100; undefined where the request shows none. */
  readonly score: number | undefined;
  /** What its rows answered and what was said of them. */
  readonly answers: readonly string[];
  readonly feedback: readonly string[];
}

const PIECE =
  /<(text|current_prompt|ancestor|row)(?:\s[^>\n]*)?>\n([\s\S]*?)\n<\/\1>(?:\s*score: ([\d.]+))?/g;
const LINE = /^(answer|feedback): (.*)$/gm;

/**
 * The tries that a request shows, in its order: each text with its score and with the rows that stand behind it. A text
 * that is shown again adds what is new of it.
 */
export function triesIn(content: string): ShownTry[] {
  const tries = new Map<string, { score: number | undefined; answers: string[]; feedback: string[] }>();
  let last: { answers: string[]; feedback: string[] } | undefined;
  for (const [, tag, inner, score] of content.matchAll(PIECE)) {
    if (tag === 'row') {
      for (const [, name, value] of inner!.matchAll(LINE)) {
        const list = name === 'answer' ? last?.answers : last?.feedback;
        if (list && !list.includes(value!)) list.push(value!);
      }
      continue;
    }
    const known = tries.get(inner!) ?? { score: undefined, answers: [], feedback: [] };
    if (score !== undefined) known.score = Number(score);
    tries.set(inner!, known);
    last = known;
  }
  return [...tries].map(([text, rest]) => ({ text, ...rest }));
}

/** The text between the marks of a direction or a critique, in lower case. */
export function directionIn(content: string): string {
  return [...content.matchAll(/<(direction|critique)>\n([\s\S]*?)\n<\/\1>/g)]
    .map((match) => match[2]!)
    .join('\n')
    .toLowerCase();
}
