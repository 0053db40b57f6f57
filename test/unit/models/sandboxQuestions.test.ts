import { describe, expect, it } from 'vitest';
import { createSandbox } from '../../../src/models/index.js';
import { answerFormat, block, taggedBlocks } from '../../../src/optimizer/metaPrompt.js';

const model = createSandbox();

async function ask(...parts: string[]) {
  const content = parts.join('\n\n');
  const { text } = await model.complete({ messages: [{ role: 'user', content }], temperature: 1, repeat: 0 });
  return { prompts: taggedBlocks(text, 'prompt'), feedback: taggedBlocks(text, 'feedback') };
}

const CURRENT = 'Classify the ticket.\n\nTicket: {{ticket}}';
const ROW =
  'ticket: It crashes.\nanswer: The label is bug!\nexpected: bug\nfeedback: It should be "bug" only.';
const CRITIQUE_ONLY = 'Say why, between <feedback> and </feedback>.';

describe('questions that the stand-in understands', () => {
  it('critique only: feedback from the rows, and no prompt', async () => {
    const { prompts, feedback } = await ask(
      block('current_prompt', CURRENT),
      block('row', ROW, { id: 'r' }),
      CRITIQUE_ONLY,
    );
    expect(prompts).toEqual([]);
    expect(feedback).toHaveLength(1);
    expect(feedback[0]).toMatch(/label/i);
  });

  it('critiques to be summed up: one that holds them, each once', async () => {
    const critiques = ['Too chatty.', 'No labels.', 'Too chatty.'].map((text) => block('critique', text));
    const { feedback } = await ask(block('current_prompt', CURRENT), ...critiques, CRITIQUE_ONLY);
    expect(feedback).toEqual(['Too chatty. No labels.']);
  });

  it('variations: as many as are wanted, each with the placeholder', async () => {
    const { prompts } = await ask('Same meaning.', block('current_prompt', CURRENT), answerFormat(2));
    expect(prompts).toHaveLength(2);
    for (const prompt of prompts) expect(prompt).toContain('{{ticket}}');
  });

  it('earlier texts without scores', async () => {
    const { prompts } = await ask(
      block('text', CURRENT),
      block('exemplar', '<INS>\nticket: a\noutput: bug'),
      answerFormat(1),
    );
    expect(prompts).toHaveLength(1);
    expect(prompts[0]).toContain('Classify the ticket.');
  });

  it('examples of the task alone: a prompt with the placeholders that are named', async () => {
    const { prompts } = await ask(
      block('exemplar', 'ticket: It crashes.\noutput: bug'),
      'It holds these placeholders, each once where no number is given, and no others: {{ticket}} {{name}} (2 times)',
      answerFormat(1),
    );
    expect(prompts).toHaveLength(1);
    expect(prompts[0]).toContain('{{ticket}}');
    expect(prompts[0]).toContain('{{name}}');
  });
});
