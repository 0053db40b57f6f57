/** A candidate's name in a sentence or a heading. */
export function candidateLabel(name: string): string {
  return /^\d+$/.test(name) ? `Candidate ${name}` : name;
}
