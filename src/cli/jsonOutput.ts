/** A list in machine output whose entries are made one by one while they are written, instead of being held. */
export class LazyList {
  constructor(readonly entries: Iterable<unknown>) {}
}

/** Characters per piece, about. */
const PIECE = 64 * 1024;

/** Machine output as text, piece by piece, with its line end. A `LazyList` may stand at the top level of a record. */
export function* jsonPieces(json: unknown): Generator<string> {
  let held = '';
  for (const part of parts(json)) {
    held += part;
    if (held.length < PIECE) continue;
    yield held;
    held = '';
  }
  yield `${held}\n`;
}

function* parts(json: unknown): Generator<string> {
  const isLazy = isRecord(json) && Object.values(json).some((value) => value instanceof LazyList);
  if (!isLazy) {
    yield JSON.stringify(json, null, 2);
    return;
  }
  let before = '{\n';
  for (const [key, value] of Object.entries(json)) {
    if (value === undefined) continue;
    yield `${before}  ${JSON.stringify(key)}: `;
    if (value instanceof LazyList) yield* listParts(value);
    else yield indented(value, '  ');
    before = ',\n';
  }
  yield '\n}';
}

function* listParts({ entries }: LazyList): Generator<string> {
  let before = '[\n';
  for (const entry of entries) {
    yield `${before}    ${indented(entry, '    ')}`;
    before = ',\n';
  }
  yield before === '[\n' ? '[]' : '\n  ]';
}

/** A line break inside of a JSON text is always between values: strings have none. */
function indented(value: unknown, indent: string): string {
  return JSON.stringify(value, null, 2).replaceAll('\n', `\n${indent}`);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
