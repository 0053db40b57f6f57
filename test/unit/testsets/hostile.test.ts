import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HoneError } from '../../../src/core/errors.js';
import { encodeText } from '../../../src/core/prompt.js';
import {
  readTestSet,
  streamTestSet,
  type OpenChunks,
  type ReadOptions,
} from '../../../src/testsets/index.js';
import { BARE, faultOf, lines, read } from './helpers.js';

/** A clear refusal has to come within this time, in milliseconds; what is tested takes a fraction of it. */
const SOON = 30_000;

function chunksOf(bytes: Uint8Array, size: number): OpenChunks {
  return async function* () {
    for (let at = 0; at < bytes.length; at += size) {
      await Promise.resolve();
      yield bytes.subarray(at, at + size);
    }
  };
}

function stream(file: string, text: string | Uint8Array, size = 65_536, options: ReadOptions = {}) {
  const bytes = typeof text === 'string' ? encodeText(text) : text;
  return streamTestSet(file, chunksOf(bytes, size), BARE, undefined, options);
}

async function refusalOf(work: () => Promise<unknown>): Promise<HoneError> {
  try {
    await work();
  } catch (error) {
    if (HoneError.is(error)) return error;
    throw error;
  }
  throw new Error('Nothing was raised.');
}

describe('reading piece by piece', () => {
  it('says the same as reading at once, wherever the pieces end', async () => {
    const cell = fc.string({ unit: 'grapheme', maxLength: 8 });
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 8 }),
        fc.constantFrom('\n', '\r\n'),
        fc.constantFrom('', '\uFEFF'),
        fc.integer({ min: 1, max: 20 }),
        async (rows, end, bom, size) => {
          fc.pre(rows.some((row) => row.some((text) => text.trim() !== '')));
          const csv = bom + ['input,expected', ...rows.map((row) => row.map(quoted).join(','))].join(end);
          const jsonl = bom + rows.map(([input, expected]) => JSON.stringify({ input, expected })).join(end);
          for (const [file, text] of [
            ['a.csv', csv],
            ['a.jsonl', jsonl],
          ] as const) {
            expect(await stream(file, text, size)).toEqual(readTestSet(file, encodeText(text), BARE));
          }
        },
      ),
      { numRuns: 100 },
    );
  }, 20_000);

  it('samples the same rows', async () => {
    const rows = Array.from({ length: 300 }, (_, index) => ({ input: `row ${index}`, expected: index }));
    const text = lines(...rows);
    const sample = await stream('a.jsonl', text, 100, { limit: 20 });
    expect(sample.cases).toHaveLength(20);
    expect(sample).toEqual(read('a.jsonl', text, { limit: 20 }));
  });

  it('reads lines of a .json file, and other files whole', async () => {
    expect((await stream('a.json', '{"input": "a"}\n{"input": "b"}\n', 5)).format).toBe('jsonl');
    expect((await stream('a.json', '{"examples": [{"input": "a", "target": "b"}]}', 5)).format).toBe(
      'big-bench',
    );
    expect((await stream('a.yaml', '- input: a\n', 3)).format).toBe('yaml');
    expect((await stream('a.tsv', 'input\texpected\nthe "new" one\tbug\n', 7)).cases[0]!.vars.input).toBe(
      'the "new" one',
    );
  });

  it('names the line of bytes that are no text', async () => {
    const bytes = Buffer.concat([encodeText('{"input": "a"}\n'), Buffer.from([0x22, 0xff, 0xfe, 0x0a])]);
    expect(await refusalOf(() => stream('a.jsonl', bytes))).toMatchObject({
      reason: 'bad-test-set',
      place: { file: 'a.jsonl', line: 2 },
    });
    expect((await refusalOf(() => stream('a.csv', bytes))).message).toContain('UTF-8');
  });
});

describe('hostile files', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'hone-hostile-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const HUGE = 50_000_000;
  const huge = async (name: string, start: string, fill: string, size = HUGE) => {
    const file = path.join(folder, name);
    await writeFile(file, Buffer.alloc(size, fill, 'utf8').fill(start, 0, start.length));
    return refusalOf(() => streamTestSet(name, () => createReadStream(file), BARE));
  };

  it.each([
    ['one line of 50 MB', 'a.jsonl', '{"input": "', 'x', 'longer than'],
    ['one line of 50 MB in an array', 'a.json', '[{"input": "', 'x', 'larger than 32 MB'],
    ['one cell of 50 MB that is never closed', 'a.csv', 'input,expected\n"', 'x', 'longer than'],
    ['50 MB of opening brackets', 'a.json', '[', '[', 'larger than 32 MB'],
    ['50 MB of quotation marks', 'a.csv', 'input\n"', '"', 'longer than'],
    ['50 MB of YAML', 'a.yaml', '- input: ', 'x', 'larger than 2 MB'],
    ['more rows than anyone pays for', 'b.jsonl', '{}\n', '{}\n', 'more than 50,000 rows'],
  ])(
    '%s',
    async (_, name, start, fill, words) => {
      const fault = await huge(name, start, fill);
      expect(fault.reason).toBe('bad-test-set');
      expect(fault.message).toContain(words);
      expect(fault.nextStep).not.toBe('');
    },
    SOON,
  );

  it.each([
    ['quotation marks and commas', 'b.csv', 'input,b\n"",""', '",', 'bad-test-set'],
    ['empty rows', 'c.csv', 'input,expected\n', ',\n', 'empty-test-set'],
  ])(
    '10 MB of %s',
    async (_, name, start, fill, reason) => {
      expect((await huge(name, start, fill, 10_000_000)).reason).toBe(reason);
    },
    SOON,
  );

  it.each([
    ['a deep row', 'a.jsonl', `{"input": ${'['.repeat(50_000)}${']'.repeat(50_000)}}`],
    ['a deep array', 'a.json', `[{"input": ${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}}]`],
    [
      'a deep holder',
      'a.json',
      `{"examples": [{"input": ${'['.repeat(500)}${']'.repeat(500)}, "target": 1}]}`,
    ],
    ['deep YAML', 'a.yaml', `- input: ${'['.repeat(20_000)}${']'.repeat(20_000)}\n`],
    [
      'deep YAML blocks',
      'a.yaml',
      `- ${Array.from({ length: 3000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n  ')} 1\n`,
    ],
    [
      'a bomb of aliases',
      'a.yaml',
      [
        'a: &a [x, x, x, x, x, x, x, x, x]',
        ...'bcdefghi'
          .split('')
          .map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[index]!}`).join(', ')}]`),
        'tests: [{ vars: { input: *i } }]',
      ].join('\n'),
    ],
    ['an alias of itself', 'a.yaml', '- &a\n  input: *a\n'],
  ])(
    'refuses %s',
    (_, file, text) => {
      const fault = faultOf(() => read(file, text));
      expect(fault).toMatchObject({ reason: 'bad-test-set', place: { file } });
    },
    SOON,
  );

  it.each([
    ['a quote bomb', `input,expected\n${'"'.repeat(100_001)}`],
    ['quotes that open in each row', `input,expected\n${'a,"b\n'.repeat(50_001)}`],
    ['half a million cells', `input\n${'x,'.repeat(500_000)}`],
  ])(
    'refuses %s in a table',
    (_, text) => {
      expect(faultOf(() => read('a.csv', text)).reason).toBe('bad-test-set');
    },
    SOON,
  );
});
