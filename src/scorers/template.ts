import type { ScoringInput } from '../core/scoring.js';
import type { TestSet } from '../core/testset.js';
import { badScorer, scorerFailed, type ScorerConfig } from './family.js';
import { expectedTexts } from './text.js';

const NAME = /\{\{([^{}]+)\}\}/g;

/** A text of the configuration in which `{{name}}` stands for a value of the row. */
export class RowTemplate {
  /** The same text for all rows; undefined when it depends on the row. */
  readonly constant: string | undefined;
  readonly needsExpected: boolean;
  readonly #expectedNames: ReadonlySet<string>;

  /** @throws HoneError `bad-config` for a name that rows do not have */
  constructor(
    readonly text: string,
    config: ScorerConfig,
    testset: TestSet,
  ) {
    const names = [...text.matchAll(NAME)].map((match) => match[1]!.trim());
    this.#expectedNames = new Set([
      'expected',
      ...(testset.expectedColumn === undefined ? [] : [testset.expectedColumn]),
    ]);
    const known = new Set(testset.cases.flatMap((row) => Object.keys(row.vars)));
    const unknown = names.find((name) => !known.has(name) && !this.#expectedNames.has(name));
    if (unknown !== undefined) {
      throw badScorer(
        config,
        `"{{${unknown}}}" names no column of ${testset.path}.`,
        `Use one of: ${[...new Set(['expected', ...known])].join(', ')}.`,
      );
    }
    this.constant = names.length === 0 ? text : undefined;
    // A column called `expected` that fills a placeholder is an ordinary value of the row.
    this.needsExpected = names.some((name) => this.#expectedNames.has(name) && !known.has(name));
  }

  /** The text for one row. Raises `scorer-failed` when the row lacks a value that it names. */
  fill(input: ScoringInput, scorer: string): string {
    return this.text.replace(NAME, (_, rawName: string) => {
      const name = rawName.trim();
      if (Object.hasOwn(input.vars, name)) return input.vars[name]!;
      if (this.#expectedNames.has(name) && input.expected !== undefined)
        return expectedTexts(input.expected).join(', ');
      throw scorerFailed(scorer, `the row has no "${name}".`, 'Add it to the row, or take the row out.');
    });
  }
}
