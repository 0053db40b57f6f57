/**
 * Pairs rows with columns one to one so that the sum of the values is greatest (the Hungarian method with potentials,
 * cubic time). Of a matrix that is not square, the shorter side is paired in full.
 * @param values one list per row, all of one length, none empty
 * @returns pairs of row and column
 */
export function bestAssignment(
  values: readonly (readonly number[])[],
): readonly (readonly [number, number])[] {
  const wide = values.length <= values[0]!.length;
  const cost = (row: number, column: number) => -(wide ? values[row]![column]! : values[column]![row]!);
  const rows = wide ? values.length : values[0]!.length;
  const columns = wide ? values[0]!.length : values.length;
  const rowPotential = new Float64Array(rows + 1);
  const columnPotential = new Float64Array(columns + 1);
  // The row that a column is paired with, counted from 1; 0 for none. Column 0 holds the row that is being placed.
  const paired = new Int32Array(columns + 1);
  const way = new Int32Array(columns + 1);
  for (let row = 1; row <= rows; row++) {
    paired[0] = row;
    let at = 0;
    const least = new Float64Array(columns + 1).fill(Infinity);
    const seen = new Uint8Array(columns + 1);
    do {
      seen[at] = 1;
      const from = paired[at]!;
      let step = Infinity;
      let next = 0;
      for (let column = 1; column <= columns; column++) {
        if (seen[column] === 1) continue;
        const reduced = cost(from - 1, column - 1) - rowPotential[from]! - columnPotential[column]!;
        if (reduced < least[column]!) {
          least[column] = reduced;
          way[column] = at;
        }
        if (least[column]! < step) {
          step = least[column]!;
          next = column;
        }
      }
      for (let column = 0; column <= columns; column++) {
        if (seen[column] === 1) {
          rowPotential[paired[column]!]! += step;
          columnPotential[column]! -= step;
        } else least[column]! -= step;
      }
      at = next;
    } while (paired[at] !== 0);
    while (at !== 0) {
      const before = way[at]!;
      paired[at] = paired[before]!;
      at = before;
    }
  }
  return Array.from({ length: columns }, (_, index) => index + 1)
    .filter((column) => paired[column] !== 0)
    .map((column) => {
      const [row, other] = [paired[column]! - 1, column - 1];
      return wide ? [row, other] : [other, row];
    });
}
