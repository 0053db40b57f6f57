import { describe, expect, it } from 'vitest';
import {
  applyDeltas,
  deltasBetween,
  deltasIn,
  rulesOf,
  similarity,
  type Delta,
} from '../../../src/optimizer/playbook.js';

const START = 'Sort tickets.\n- Be brief.';
const TEXT = `${START}\n\n- Say the label alone.\n- Use lower case letters.\n- Never explain.`;

const apply = (deltas: readonly Delta[], text = TEXT) => applyDeltas(text, START, deltas, 0.8);
const add = (text: string): Delta => ({ kind: 'add', text });
const rules = (text: string) => rulesOf(text, START).map((rule) => rule.text);

describe('rules', () => {
  it('are the lines with a dash that were not in the prompt at the start', () => {
    expect(rulesOf(TEXT, START)).toEqual([
      { id: 'r1', text: 'Say the label alone.' },
      { id: 'r2', text: 'Use lower case letters.' },
      { id: 'r3', text: 'Never explain.' },
    ]);
    expect(rulesOf(START, START)).toEqual([]);
  });
});

describe('deltas', () => {
  it('add a rule after the last one, the first one after an empty line', () => {
    expect(apply([add('Sort refunds as billing.')])).toBe(`${TEXT}\n- Sort refunds as billing.`);
    expect(apply([add('- Sort refunds\n as billing.')], START)).toBe(
      `${START}\n\n- Sort refunds as billing.`,
    );
    expect(apply([add('One.'), add('Two.')], `${START}\n`)).toBe(`${START}\n\n- One.\n- Two.`);
  });

  it('leave out a rule that is nearly there already, or twice in one answer', () => {
    expect(apply([add('Use lower case letters!')])).toBe(TEXT);
    expect(rules(apply([add('Sort refunds as billing.'), add('SORT refunds as billing')]))).toHaveLength(4);
    // Four of five words in common: 0.8.
    expect(similarity('Use lower case letters.', 'Use lower case letters only.')).toBeCloseTo(0.8);
    expect(apply([add('Use lower case letters only.')])).toBe(TEXT);
    expect(apply([add('Use lower case letters only, please.')])).not.toBe(TEXT);
    expect(similarity('', '')).toBe(0);
  });

  it('drop rules, and leave everything else as it is', () => {
    expect(apply([{ kind: 'drop', id: 'r2' }])).toBe(`${START}\n\n- Say the label alone.\n- Never explain.`);
    const all = ['r1', 'r2', 'r3'].map((id): Delta => ({ kind: 'drop', id }));
    expect(rules(apply(all))).toEqual([]);
    expect(apply([...all, add('New.')])).toBe(`${START}\n\n- New.`);
  });

  it('merge rules into one', () => {
    const merged = apply([{ kind: 'merge', ids: ['r1', 'r3'], text: 'Say the label, without a reason.' }]);
    expect(rules(merged)).toEqual(['Use lower case letters.', 'Say the label, without a reason.']);
    // Also where one of them says it all.
    expect(rules(apply([{ kind: 'merge', ids: ['r1', 'r3'], text: 'Say the label alone.' }]))).toEqual([
      'Use lower case letters.',
      'Say the label alone.',
    ]);
  });

  it('do nothing for rules that there are not', () => {
    expect(apply([{ kind: 'drop', id: 'r9' }])).toBe(TEXT);
    expect(apply([{ kind: 'merge', ids: ['r1', 'r9'], text: 'Both.' }])).toBe(TEXT);
    expect(apply([{ kind: 'merge', ids: ['r1', 'r1'], text: 'Both.' }])).toBe(TEXT);
    expect(apply([{ kind: 'merge', ids: ['r1', 'r2'], text: ' ' }])).toBe(TEXT);
    const gone: Delta[] = [
      { kind: 'drop', id: 'r1' },
      { kind: 'merge', ids: ['r1', 'r2'], text: 'Both.' },
    ];
    expect(rules(apply(gone))).toEqual(['Use lower case letters.', 'Never explain.']);
  });

  it('never touch a line of the prompt as it was at the start', () => {
    expect(rulesOf(TEXT, START).some(({ text }) => text === 'Be brief.')).toBe(false);
    expect(apply([{ kind: 'drop', id: 'r1' }])).toContain('- Be brief.');
  });
});

describe('deltas in an answer', () => {
  it('are lines that begin with a word for each kind, in any dress', () => {
    expect(
      deltasIn([
        'Here they are:\nADD: One.\n- drop: r2, R3\n**MERGE:** r1, r4 and r5: Both.',
        '1. Add: Two.\nMERGE: r1 r3 without a colon\nDROP: the second\nADD:',
      ]),
    ).toEqual([
      add('One.'),
      { kind: 'drop', id: 'r2' },
      { kind: 'drop', id: 'r3' },
      { kind: 'merge', ids: ['r1', 'r4', 'r5'], text: 'Both.' },
      add('Two.'),
    ]);
  });

  it('are taken from the direction where no such line is', () => {
    expect(deltasIn(['It was long.\nDirection: Be short.', 'ADD: One.\nDirection: no rule'])).toEqual([
      add('Be short.'),
      add('One.'),
    ]);
    expect(deltasIn(['Nothing has to change.'])).toEqual([]);
  });
});

describe('a prompt that was answered instead of deltas', () => {
  it('brings the lines that came and takes the rules that went', () => {
    const whole = `${START}\n\n- Say the label alone.\n- Never explain.\n\nSort refunds as billing.`;
    const deltas = deltasBetween(TEXT, whole, START);
    expect(deltas).toEqual([{ kind: 'drop', id: 'r2' }, add('Sort refunds as billing.')]);
    expect(rules(apply(deltas))).toEqual([
      'Say the label alone.',
      'Never explain.',
      'Sort refunds as billing.',
    ]);
  });

  it('cannot take away what stood there at the start', () => {
    expect(apply(deltasBetween(TEXT, 'Do whatever you like.', START))).toBe(
      `${START}\n\n- Do whatever you like.`,
    );
  });
});
