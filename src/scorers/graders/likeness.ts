/**
 * Likeness of two texts in [0, 1]: twice the length of their longest common subsequence over both lengths together
 * (the ratio of insertions and deletions, as rapidfuzz has it). Quadratic in time, linear in space.
 */
export function lcsRatio(a: string, b: string): number {
  if (a.length + b.length === 0) return 1;
  let above = new Uint32Array(b.length + 1);
  let row = new Uint32Array(b.length + 1);
  for (let i = 0; i < a.length; i++) {
    const unit = a.charCodeAt(i);
    for (let j = 0; j < b.length; j++) {
      row[j + 1] = unit === b.charCodeAt(j) ? above[j]! + 1 : Math.max(above[j + 1]!, row[j]!);
    }
    [above, row] = [row, above];
  }
  return (2 * above[b.length]!) / (a.length + b.length);
}
