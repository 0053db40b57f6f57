/** A candidate's name in a heading or a list. */
export function candidateLabel(name: string): string {
  return /^\d+$/.test(name) ? `Candidate ${name}` : name;
}

/** The same inside of a sentence. */
export function candidateInSentence(name: string): string {
  return name === 'Baseline' ? 'the baseline' : `candidate ${name}`;
}
