import type { Feedback } from '../core/scoring.js';
import { directional, failed, PASSED, type ScorerFamily } from './family.js';
import { nearestMiss } from './equals.js';
import { eitherOf, expectedTexts, occursIn, shown } from './text.js';
import { expectedOf } from './wanted.js';

/** The answer is the right one of a few labels. 0 or 1; feedback says which label was taken for which. */
export const label: ScorerFamily = {
  type: 'label',
  options: {
    labels: { kind: 'textList', meaning: 'All labels. Default: the expected values of the test set.' },
    ignoreCase: { kind: 'flag', meaning: 'Upper and lower case are the same. Default false.' },
  },
  needsExpected: () => true,
  create(id, config, testset) {
    const labels = [
      ...new Set(
        (config.labels as readonly string[] | undefined) ??
          testset.cases.flatMap((row) => (row.expected === undefined ? [] : expectedTexts(row.expected))),
      ),
    ].map((text) => text.trim());
    const ignoreCase = config.ignoreCase === true;
    const fold = (text: string) => (ignoreCase ? text.trim().toLowerCase() : text.trim());
    return {
      feedbackKind: 'directional',
      judge(input) {
        const expected = expectedOf(input, id).map((text) => text.trim());
        if (expected.some((text) => fold(text) === fold(input.output))) return PASSED;
        return failed(0, missFeedback(id, labels, expected, input.output));
      },
    };
  },
};

function missFeedback(
  id: string,
  labels: readonly string[],
  expected: readonly string[],
  output: string,
): Feedback[] {
  const [wanted, miss] = nearestMiss(expected, output);
  const said = shown(output);
  const list = eitherOf(labels);
  switch (miss) {
    case 'empty':
      return [
        directional(
          id,
          'empty',
          `gave no answer where "${wanted}" was expected`,
          `Always answer with ${list}.`,
        ),
      ];
    case 'case':
    case 'whitespace':
      return [
        directional(
          id,
          miss,
          `said ${said} where "${wanted}" was expected: only the spelling differs`,
          `Write the label exactly as it is given: ${list}.`,
        ),
      ];
    case 'markup':
      return [
        directional(
          id,
          'markup',
          `said ${said} where the bare label "${wanted}" was expected`,
          'Write the label as plain text, without quotation marks, Markdown or a full stop.',
        ),
      ];
    case 'wrapped':
      return [wrapped(id, `said ${said}: the label "${wanted}" stands inside a longer answer`)];
    case 'cut-off':
    case 'different':
      return confusion(id, labels, wanted, output);
  }
}

function wrapped(id: string, text: string): Feedback {
  return directional(id, 'wrapped', text, 'Answer with the label alone, no other words.');
}

/** Feedback on an answer that does not have the right label at all. */
function confusion(id: string, labels: readonly string[], wanted: string, output: string): Feedback[] {
  const [exactly] = labels.filter((each) => each.toLowerCase() === output.trim().toLowerCase());
  const named = exactly === undefined ? labels.filter((each) => occursIn(each, output)) : [exactly];
  // A label inside another one, such as "bug" in "bug report", is not named by it.
  const outermost = named.filter((each) => !named.some((other) => other !== each && occursIn(each, other)));
  const [said] = outermost;
  if (said === undefined || outermost.length > 1) {
    const what = said === undefined ? 'none of the labels' : `the labels ${outermost.join(', ')}`;
    return [
      directional(
        id,
        said === undefined ? 'unknown' : 'several',
        `said ${shown(output)}, which names ${what}, where "${wanted}" was expected`,
        `Answer with exactly one of the labels: ${eitherOf(labels)}.`,
      ),
    ];
  }
  const confused = directional(
    id,
    `${wanted}>${said}`,
    `said "${said}" where "${wanted}" was expected`,
    `Answer "${wanted}", not "${said}", for inputs like these.`,
  );
  const isBare = said.toLowerCase() === output.trim().toLowerCase();
  return isBare
    ? [confused]
    : [confused, wrapped(id, `said ${shown(output)}: the label stands inside a longer answer`)];
}
