import type { ScoringInput } from '../core/scoring.js';
import type { TestSet } from '../core/testset.js';
import { scorerFailed, type OptionSpec, type ScorerConfig } from './family.js';
import { RowTemplate } from './template.js';
import { expectedTexts } from './text.js';

/** The option that says what to look for instead of the row's expected value. */
export const VALUE_OPTION: OptionSpec = {
  kind: 'texts',
  meaning: 'What to compare with instead of the expected value; {{name}} stands for a value of the row.',
};

/** The texts that an answer is compared with: those of the configuration, else the row's expected ones. */
export class Wanted {
  /** Whether the texts come from the configuration. */
  readonly configured: boolean;
  readonly needsExpected: boolean;
  readonly #templates: readonly RowTemplate[];

  constructor(config: ScorerConfig, testset: TestSet) {
    const value = config.value as string | readonly string[] | undefined;
    this.configured = value !== undefined;
    this.#templates = (typeof value === 'string' ? [value] : (value ?? [])).map(
      (text) => new RowTemplate(text, config, testset),
    );
    this.needsExpected = !this.configured || this.#templates.some((template) => template.needsExpected);
  }

  /** Texts for one row. `fixed` tells whether the text is the same for all rows. Raises `scorer-failed`. */
  of(input: ScoringInput, scorer: string): { readonly text: string; readonly fixed: boolean }[] {
    if (this.configured) {
      return this.#templates.map((template) => ({
        text: template.fill(input, scorer),
        fixed: template.constant !== undefined,
      }));
    }
    return expectedOf(input, scorer).map((text) => ({ text, fixed: false }));
  }
}

/** The expected texts of a row. Raises `scorer-failed` for an unlabelled one. */
export function expectedOf(input: ScoringInput, scorer: string): readonly string[] {
  if (input.expected === undefined) {
    throw scorerFailed(scorer, 'the row has no expected value.', 'Add one to the row, or take the row out.');
  }
  return expectedTexts(input.expected);
}
