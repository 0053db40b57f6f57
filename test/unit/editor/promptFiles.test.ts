import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { looksLikePrompt } from '../../../src/editor/promptFiles.js';
import { candidacyOf, isPromptFile, isPromptPath } from '../../../src/formats/index.js';

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
  'SKILL',
  'skill',
  'promptfooconfig',
  'promptfooconfig.local',
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
  '.prompt',
  '.yaml',
  '.js',
  '.py',
  '.baml',
  '.j2',
  '.mustache',
  '',
  '.MD',
);
const path = fc
  .tuple(fc.array(name, { maxLength: 4 }), name, ending)
  .map(([folders, file, end]) => [...folders, file + end].join('/'));
const content = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc
    .constantFrom(
      '',
      '---\n',
      'prompts:\n  system: x\n',
      'prompts: [\n',
      '<html>',
      '{{#if x}}',
      '---\nname: [\n---\n',
    )
    .map((text) => Buffer.from(text)),
);

describe('looksLikePrompt', () => {
  it("takes what the engine's isPromptPath takes", () => {
    fc.assert(
      fc.property(path, (each) => {
        if (isPromptPath(each)) expect(looksLikePrompt(each), each).toBe(true);
      }),
      { numRuns: 5000 },
    );
  });

  it('takes only files that the engine takes whatever they hold', () => {
    fc.assert(
      fc.property(path, content, (each, bytes) => {
        if (looksLikePrompt(each)) expect(isPromptFile(each, bytes), each).toBe(true);
      }),
      { numRuns: 5000 },
    );
  });

  it('leaves files of other names to their content', () => {
    const names = ['skill.md', 'models.baml', 'prompts/page.j2', 'chain.json', 'app.py', 'evals.yaml'];
    for (const each of names) {
      expect(looksLikePrompt(each), each).toBe(false);
      expect(candidacyOf(each), each).toBe('by-content');
    }
  });

  it.each([
    'x.prompt.yaml',
    'x.prompt.md',
    'x.instructions.md',
    '.github/copilot-instructions.md',
    'x.agent.md',
    'x.chatmode.md',
    'skills/x/SKILL.md',
    'AGENTS.md',
    'CLAUDE.md',
    'GEMINI.md',
    '.claude/commands/git/commit.md',
    '.claude/agents/reviewer.md',
    '.claude/rules/style.md',
    '.cursor/rules/style.mdc',
    '.cursorrules',
    '.clinerules',
    'x.prompty',
    'x.prompt',
    'promptfooconfig.yaml',
    'plugins/Chat/skprompt.txt',
    '.gemini/commands/plan.toml',
    'a/prompts/b/x.txt',
  ])('takes %s', (each) => {
    expect(looksLikePrompt(each)).toBe(true);
  });
});
