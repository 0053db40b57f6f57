import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { looksLikePrompt } from '../../../src/editor/promptFiles.js';
import { isPromptPath } from '../../../src/formats/index.js';

const name = fc.constantFrom(
  'a',
  'prompts',
  'Prompts',
  'my.prompt',
  'x.prompt',
  '.github',
  'README',
  'prompt',
);
const ending = fc.constantFrom(
  '.md',
  '.txt',
  '.yml',
  '.yaml',
  '.prompt.md',
  '.prompt.yml',
  '.prompt.yaml',
  '.json',
  '',
  '.MD',
);
const path = fc
  .tuple(fc.array(name, { maxLength: 3 }), name, ending)
  .map(([folders, file, end]) => [...folders, file + end].join('/'));

describe('looksLikePrompt', () => {
  it("agrees with the engine's isPromptPath", () => {
    fc.assert(
      fc.property(path, (each) => {
        expect(looksLikePrompt(each), each).toBe(isPromptPath(each));
      }),
      { numRuns: 500 },
    );
  });
});
