import { describe, expect, it } from 'vitest';
import { describeSending, type Sending } from '../../../src/editor/whatIsSent.js';

const SENDING: Sending = {
  promptPath: 'prompts/triage.md',
  testsetPath: 'prompts/triage.csv',
  rows: { train: 24, validation: 18, exam: 18 },
  calls: 'Requests: at least 40, at most 300.',
  cost: 'Cost: unknown.',
  taskLabel: 'Small Model',
  destinations: ['Prompts go to api.example.com.'],
  notes: ['18 exam rows show large gains.'],
  samples: [
    {
      line: 2,
      messages: [
        { role: 'system', content: 'Answer with ```json``` only.' },
        { role: 'user', content: 'The app crashes.' },
      ],
    },
  ],
};

describe('describeSending', () => {
  it('says where, how much, and what, word for word', () => {
    const text = describeSending([SENDING]);
    for (const part of [
      'Nothing has been sent yet.',
      '## prompts/triage.md',
      'Test set: prompts/triage.csv (24 train, 18 validation, 18 exam rows)',
      'Requests: at least 40, at most 300.',
      'Cost: unknown.',
      'Prompts go to api.example.com.',
      '18 exam rows show large gains.',
      'Request 1 (line 2 of prompts/triage.csv)',
      '**user**\n\n```text\nThe app crashes.\n```',
    ]) {
      expect(text).toContain(part);
    }
  });

  it('fences a text that holds fences so that it cannot break out', () => {
    expect(describeSending([SENDING])).toContain('````text\nAnswer with ```json``` only.\n````');
  });
});
