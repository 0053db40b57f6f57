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
  'AGENTS',
  'CLAUDE.local',
  '.claude',
  'commands',
  'agents',
  'rules',
  '.cursor',
  '.clinerules',
  '.gemini',
  'plugins',
  'skprompt',
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
  '.instructions.md',
  '.agent.md',
  '.chatmode.md',
  '.mdc',
  '.toml',
  '.prompty',
  '',
  '.MD',
);
const path = fc
  .tuple(fc.array(name, { maxLength: 4 }), name, ending)
  .map(([folders, file, end]) => [...folders, file + end].join('/'));

describe('looksLikePrompt', () => {
  it("agrees with the engine's isPromptPath", () => {
    fc.assert(
      fc.property(path, (each) => {
        expect(looksLikePrompt(each), each).toBe(isPromptPath(each));
      }),
      { numRuns: 5000 },
    );
  });
});
