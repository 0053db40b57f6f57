/**
 * How good a simulated optimizer model is. All are probabilities; `docs/lab.md` gives the reason for each. A strategy
 * cannot be told apart by any of them: they apply to whatever a request shows.
 */
export interface Strength {
  readonly id: string;
  /** That one failing row with directional feedback makes it see what is missing. */
  readonly insight: number;
  /** That it answers from its own idea of the task, whatever rows were shown. */
  readonly prior: number;
  /** That it sees one more thing to change after each that it has seen. */
  readonly attention: number;
  /** That it loses a line when it writes a text of ten lines anew; in proportion for other lengths. */
  readonly loss: number;
  /** That it puts a line in other words when it writes a text anew. */
  readonly reword: number;
  /** That it adds a sentence which does nothing. */
  readonly filler: number;
  /** That it draws the wrong conclusion from what it sees. */
  readonly misread: number;
  /** That it keeps to a word budget, and to the rest of the text. */
  readonly obey: number;
  /** That it draws a line from a scored text when scores speak for it by ten points. */
  readonly trend: number;
  /** That it puts the exception into a rule when it is shown a row that the rule would break. */
  readonly care: number;
  /** That it copies a row into the prompt. */
  readonly copy: number;
  /** That it leaves the tags out. */
  readonly formFault: number;
}

export const STRENGTHS: readonly Strength[] = [
  {
    id: 'weak',
    insight: 0.12,
    prior: 0.6,
    attention: 0.35,
    loss: 0.08,
    reword: 0.3,
    filler: 0.4,
    misread: 0.15,
    obey: 0.5,
    trend: 0.1,
    care: 0.5,
    copy: 0.05,
    formFault: 0.03,
  },
  {
    id: 'medium',
    insight: 0.25,
    prior: 0.4,
    attention: 0.5,
    loss: 0.04,
    reword: 0.2,
    filler: 0.25,
    misread: 0.08,
    obey: 0.75,
    trend: 0.2,
    care: 0.7,
    copy: 0.03,
    formFault: 0.01,
  },
  {
    id: 'strong',
    insight: 0.4,
    prior: 0.2,
    attention: 0.65,
    loss: 0.02,
    reword: 0.1,
    filler: 0.15,
    misread: 0.04,
    obey: 0.9,
    trend: 0.3,
    care: 0.85,
    copy: 0.01,
    formFault: 0.002,
  },
];
