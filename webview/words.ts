/** A candidate's name in a heading or a list. */
export function candidateLabel(name: string): string {
  return /^\d+$/.test(name) ? `Candidate ${name}` : name;
}
