import { isDeepStrictEqual } from 'node:util';
import { distance } from 'fastest-levenshtein';
import type { Feedback } from '../../core/scoring.js';
import { equalsMiss } from '../equals.js';
import { directional, plain, scorerFailed } from '../family.js';
import { BoundedSearch } from '../regex.js';
import { eitherOf, plural, shown } from '../text.js';
import { badValue, binary, textValue, textValues, type AssertionCall, type AssertionKind } from './kind.js';

/** The order that a fixed text be there; where the text is the row's own, it is not given away. */
function order(call: AssertionCall, verb: string, texts: readonly string[]): string {
  return call.shared
    ? `${verb} ${eitherOf(texts.map(shown))}.`
    : `${verb} the text that the row expects, word for word.`;
}

function causeOf(call: AssertionCall, kind: string, texts: readonly string[]): string {
  return call.shared ? `${kind}:${texts.join('|')}` : kind;
}

function avoid(call: AssertionCall, texts: readonly string[], where = 'in the answer'): Feedback {
  return directional(
    call.id,
    causeOf(call, 'unwanted', texts),
    `${eitherOf(texts.map(shown))} stands ${where}, where it must not`,
    call.shared
      ? `Leave out ${eitherOf(texts.map(shown))}.`
      : 'Leave out what the row says must not be there.',
  );
}

const equals: AssertionKind = {
  types: ['equals'],
  meaning: 'The answer is exactly the value; of an object value, its JSON data.',
  feedbackKind: 'directional',
  value: 'required',
  judge(call) {
    const { value, output } = call;
    const wanted = typeof value === 'string' ? value : JSON.stringify(value);
    const holds = typeof value === 'object' ? sameData(value, output) : wanted === output;
    return binary(call, holds, {
      missed: () => [equalsMiss(call.id, wanted, output)],
      avoid: () => avoid(call, [wanted], 'alone as the answer'),
    });
  },
};

function sameData(value: unknown, output: string): boolean {
  try {
    return isDeepStrictEqual(value, JSON.parse(output));
  } catch {
    return false;
  }
}

const contains: AssertionKind = {
  types: ['contains', 'icontains'],
  meaning: 'The answer contains the value; with i, in any upper and lower case.',
  feedbackKind: 'directional',
  value: 'required',
  judge(call) {
    const text = textValue(call);
    const fold = foldOf(call.type);
    return binary(call, fold(call.output).includes(fold(text)), {
      missed: () => [missing(call, text)],
      avoid: () => avoid(call, [text]),
    });
  },
};

const containsSeveral: AssertionKind = {
  types: ['contains-all', 'contains-any', 'icontains-all', 'icontains-any'],
  meaning: 'The answer contains all or any of several texts: a list, or a text with commas between them.',
  feedbackKind: 'directional',
  value: 'required',
  judge(call) {
    const texts = listValue(call);
    const fold = foldOf(call.type);
    const output = fold(call.output);
    const absent = texts.filter((text) => !output.includes(fold(text)));
    const present = texts.filter((text) => !absent.includes(text));
    const all = call.type.endsWith('-all');
    return binary(call, all ? absent.length === 0 : present.length > 0, {
      missed: () =>
        all
          ? absent.map((text) => missing(call, text))
          : [
              directional(
                call.id,
                causeOf(call, 'missing', texts),
                `none of ${texts.map(shown).join(', ')} is in the answer`,
                order(call, 'Include', texts),
              ),
            ],
      avoid: () => avoid(call, present),
    });
  },
};

function missing(call: AssertionCall, text: string): Feedback {
  if (call.output.toLowerCase().includes(text.toLowerCase())) {
    return directional(
      call.id,
      causeOf(call, 'case', [text]),
      `${shown(text)} stands in the answer in other upper and lower case`,
      call.shared
        ? `Write ${shown(text)} in exactly this upper and lower case.`
        : 'Keep the upper and lower case that is expected.',
    );
  }
  return directional(
    call.id,
    causeOf(call, 'missing', [text]),
    `${shown(text)} is missing from the answer`,
    order(call, 'Include', [text]),
  );
}

function foldOf(type: string): (text: string) => string {
  return type.startsWith('i') ? (text) => text.toLowerCase() : (text) => text;
}

function listValue(call: AssertionCall): readonly string[] {
  const { value } = call;
  const items = typeof value === 'string' && value !== '' ? commaSeparated(value) : value;
  if (!Array.isArray(items)) {
    throw badValue(call, 'its value is neither a list nor a text whose parts stand between commas.');
  }
  return items.map(String);
}

/**
 * Parts of a text between commas, trimmed; a part in double quotation marks may hold commas, and `""` or `\"` stands for
 * a quotation mark in it. Undefined when the text is not of this form.
 */
export function commaSeparated(text: string): string[] | undefined {
  const part = /[\s,]*(?:"((?:\\["\\]|""|[^"])*)"\s*(?=,|$)|([^",\s][^,]*))/y;
  const parts: string[] = [];
  while (!/^[\s,]*$/.test(text.slice(part.lastIndex))) {
    const match = part.exec(text);
    if (!match) return undefined;
    parts.push(
      match[1] === undefined
        ? match[2]!.trim()
        : match[1].replace(/\\(["\\])|""/g, (_, mark?: string) => mark ?? '"'),
    );
  }
  return parts;
}

const edges: AssertionKind = {
  types: ['starts-with', 'ends-with'],
  meaning: 'The answer begins or ends with the value, exactly.',
  feedbackKind: 'directional',
  value: 'required',
  judge(call) {
    const text = textValue(call);
    const starts = call.type === 'starts-with';
    return binary(call, starts ? call.output.startsWith(text) : call.output.endsWith(text), {
      missed: () => [
        directional(
          call.id,
          causeOf(call, starts ? 'start' : 'end', [text]),
          `${shown(text)} does not ${starts ? 'begin' : 'end'} the answer ${shown(call.output)}`,
          order(call, starts ? 'Begin the answer with' : 'End the answer with', [text]),
        ),
      ],
      avoid: () => avoid(call, [text], starts ? 'at the beginning' : 'at the end'),
    });
  },
};

const regex: AssertionKind = {
  types: ['regex'],
  meaning: 'A regular expression (JavaScript, no flags) matches somewhere in the answer.',
  feedbackKind: 'non-directional',
  value: 'required',
  judge(call) {
    const source = textValue(call);
    let pattern: RegExp;
    try {
      pattern = new RegExp(source);
    } catch (error) {
      throw badValue(call, `its pattern is not a regular expression (${(error as Error).message}).`);
    }
    return binary(call, new BoundedSearch(pattern).test(call.output, call.id), {
      missed: () => [plain(call.id, 'no-match', `${shown(call.output)} does not match /${source}/`)],
      avoid: () => plain(call.id, 'match', `${shown(call.output)} matches /${source}/, and must not`),
    });
  },
};

/** Longer texts would take minutes to compare. */
const COMPARED_LENGTH = 20_000;

const levenshtein: AssertionKind = {
  types: ['levenshtein'],
  meaning: 'The answer differs from the value in at most so many characters (threshold, default 5).',
  feedbackKind: 'directional',
  value: 'required',
  judge(call) {
    const [text, ...others] = textValues(call);
    if (text === undefined || others.length > 0) throw badValue(call, 'its value is not a text.');
    if (text.length > COMPARED_LENGTH || call.output.length > COMPARED_LENGTH) {
      throw scorerFailed(
        call.id,
        `the texts are longer than ${COMPARED_LENGTH} characters.`,
        'Compare texts of that length with rouge-n or gleu.',
      );
    }
    const edits = distance(call.output, text);
    const threshold = call.assertion.threshold ?? 5;
    const far = `${plural(edits, 'character')} away from ${shown(text)} (at most ${threshold})`;
    return binary(call, edits <= threshold, {
      missed: () => {
        const miss = equalsMiss(call.id, text, call.output);
        return [{ ...miss, text: `${miss.text}: ${far}` }];
      },
      avoid: () => plain(call.id, 'too-near', `the answer is too near to ${shown(text)}: ${far}`),
    });
  },
};

const wordCount: AssertionKind = {
  types: ['word-count'],
  meaning: 'The answer has so many words: a number, or { min, max }.',
  feedbackKind: 'directional',
  value: 'required',
  judge(call) {
    const { min, max } = bandOf(call);
    const actual = call.output
      .trim()
      .split(/\s+/)
      .filter((word) => word !== '').length;
    return binary(call, actual >= min && actual <= max, {
      missed: () => [
        actual > max
          ? directional(
              call.id,
              'too-long',
              `too long by ${plural(actual - max, 'word')} (${actual}, at most ${max})`,
              call.shared ? `Keep the answer to at most ${plural(max, 'word')}.` : 'Write shorter answers.',
            )
          : directional(
              call.id,
              'too-short',
              `too short by ${plural(min - actual, 'word')} (${actual}, at least ${min})`,
              call.shared ? `Make the answer at least ${plural(min, 'word')} long.` : 'Write longer answers.',
            ),
      ],
      avoid: () => plain(call.id, 'count', `has ${plural(actual, 'word')}, a count that must not be`),
    });
  },
};

function bandOf(call: AssertionCall): { readonly min: number; readonly max: number } {
  const { value } = call;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const { min, max } = value as { readonly min?: unknown; readonly max?: unknown };
    const [low, high] = [min ?? 0, max ?? Infinity];
    if (
      (min !== undefined || max !== undefined) &&
      typeof low === 'number' &&
      typeof high === 'number' &&
      low <= high
    )
      return { min: low, max: high };
    throw badValue(call, 'its value needs "min" or "max", and min at most max.');
  }
  const exact = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof exact !== 'number' || Number.isNaN(exact))
    throw badValue(call, 'its value is neither a number nor { min, max }.');
  return { min: exact, max: exact };
}

export const TEXT_KINDS: readonly AssertionKind[] = [
  equals,
  contains,
  containsSeveral,
  edges,
  regex,
  levenshtein,
  wordCount,
];
