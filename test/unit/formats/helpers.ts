import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { HoneError } from '../../../src/core/errors.js';
import { decodeText, encodeText, type PromptDocument } from '../../../src/core/prompt.js';
import { readPrompt, splice } from '../../../src/formats/index.js';

export function fixture(name: string): PromptDocument {
  const bytes = readFileSync(new URL(`../../fixtures/prompts/${name}`, import.meta.url));
  return readPrompt(`prompts/${name}`, new Uint8Array(bytes));
}

export function read(path: string, text: string): PromptDocument {
  return readPrompt(path, encodeText(text), { named: true });
}

export function textOf(document: PromptDocument): string {
  return decodeText(document.bytes);
}

export function spanOf(document: PromptDocument, id: string) {
  return document.spans.find((span) => span.id === id)!;
}

/** The bytes of a span as text, as they stand in the file. */
export function rawSpan(document: PromptDocument, id: string): string {
  const { start, end } = spanOf(document, id).range;
  return decodeText(document.bytes.subarray(start, end));
}

/** Writes a text and checks what must hold for every write: it reads back, and the bytes around the span are the same. */
export function write(document: PromptDocument, id: string, text: string): PromptDocument {
  const after = splice(document, { [id]: text });
  const { range } = spanOf(document, id);
  const before = Buffer.from(document.bytes);
  const written = Buffer.from(after.bytes);
  const tail = before.length - range.end;
  expect(written.subarray(0, range.start).equals(before.subarray(0, range.start))).toBe(true);
  expect(written.subarray(written.length - tail).equals(before.subarray(range.end))).toBe(true);
  const again = readPrompt(document.path, after.bytes, { named: true, span: document.focus });
  expect(spanOf(again, id).text).toBe(text.replace(/\r\n?/g, '\n'));
  expect(again).toEqual(after);
  return after;
}

export function errorOf(action: () => unknown): HoneError {
  try {
    action();
  } catch (error) {
    if (HoneError.is(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
