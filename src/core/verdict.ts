import type { Interval, NoiseFloor, PairedComparison } from './statistics.js';

export type VerdictKind = 'better' | 'worse' | 'undecided' | 'already-good' | 'no-headroom';

/** A quantity of the prompt in the file, and of the candidate. */
export interface Change {
  readonly before: number;
  readonly after: number;
}

/** What may be said of the best candidate against the prompt in the file. Journals of the first version have the first four. */
export interface Verdict {
  readonly kind: VerdictKind;
  /** The candidate that it is about; absent when none came up. */
  readonly candidateId?: string;
  /** On the rows of the verdict; absent when no candidate was examined. */
  readonly comparison?: PairedComparison;
  /** One sentence or two for people. */
  readonly sentence: string;
  /** A p-value below this decides, in (0, 0.05]. */
  readonly level?: number;
  /** How many comparisons with this baseline these exam rows have seen, this one included; at least 1. */
  readonly look?: number;
  /** Present when halves of the rows took turns in choosing and examining: `comparison` is then about both finalists. */
  readonly crossFitted?: true;
  /** Of an undecided comparison: about how many exam rows would settle it. */
  readonly rowsWanted?: number;
  /** Guarded rows that the candidate breaks. */
  readonly brokenGuards?: readonly string[];
  /** Length of the text that a model is given, the span under work alone. */
  readonly words?: Change;
  readonly characters?: Change;
  /** Mean tokens per answer, prompt and completion together, on the verdict's rows; absent where they are not known. */
  readonly tokens?: Change;
  /** How much the baseline's own scores change from one time to the next; absent where it was not measured. */
  readonly noise?: NoiseFloor;
  /** What each target model says, the worst first; absent where the prompt is for one model only. */
  readonly targets?: readonly TargetVerdict[];
  /** Different candidates that were scored, of a verdict on none. */
  readonly tried?: number;
}

/** The finalist against the prompt in the file, with one of the models that the prompt is for. Scores are in [0, 1]. */
export interface TargetVerdict {
  /** The model's id, for example `openai:gpt-4.1-mini`. */
  readonly model: string;
  readonly label: string;
  readonly kind: 'better' | 'worse' | 'undecided';
  readonly before: number;
  readonly after: number;
  readonly delta: number;
  /** 95%, of the difference. */
  readonly interval: Interval;
  readonly pValue: number;
  /** Rows that both have a score on. */
  readonly n: number;
}
