/** US dollars for people, with as many digits as small sums need. */
export function money(dollars: number): string {
  if (dollars > 0 && dollars < 0.0001) return 'under $0.0001';
  return `$${dollars.toFixed(dollars !== 0 && dollars < 0.1 ? 4 : 2)}`;
}
