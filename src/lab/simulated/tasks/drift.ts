import type { Atom, SimulatedTask } from '../task.js';
import { LABEL_START, labelRule, LIST_OF_LABELS, topicKind, withinScheme, type Topic } from './labels.js';

/** Rows that pass until a careless rule takes them in. */
const SAFE: readonly (Topic & { readonly share: number })[] = [
  { cue: 'voucher', label: 'feature', instead: 'billing', share: 0.16 },
  { cue: 'keyring', label: 'shipping', instead: 'account', share: 0.15 },
  { cue: 'report', label: 'billing', instead: 'bug', share: 0.14 },
];

/** Rules that mend rows; `near` names the safe rows that careless wordings break. */
const RULES: readonly (Topic & { readonly share: number; readonly near: number })[] = [
  { cue: 'refund', label: 'billing', instead: 'account', share: 0.09, near: 0 },
  { cue: 'login', label: 'account', instead: 'bug', share: 0.09, near: 1 },
  { cue: 'freeze', label: 'bug', instead: 'feature', share: 0.09, near: 2 },
  { cue: 'invoice', label: 'billing', instead: 'shipping', share: 0.08, near: 0 },
  { cue: 'profile', label: 'account', instead: 'billing', share: 0.08, near: 1 },
  { cue: 'error', label: 'bug', instead: 'account', share: 0.07, near: 2 },
];

function keepId({ cue }: Topic): string {
  return `keep:${cue}`;
}

/** A rule together with the exception that keeps the rows near it. */
function carefulWordings({ cue, label }: Topic, safe: Topic): string[] {
  return [
    `Messages about ${cue} belong to "${label}", but ${safe.cue} stays "${safe.label}".`,
    `Use "${label}" for ${cue}; only ${safe.cue} remains "${safe.label}".`,
    `If it is about ${cue}, the label is "${label}", except ${safe.cue}: "${safe.label}".`,
    `Treat ${cue} as "${label}" and ${safe.cue} as "${safe.label}".`,
  ];
}

function rule(topic: (typeof RULES)[number]): Atom {
  const safe = SAFE[topic.near]!;
  return { ...labelRule(topic), spares: { cue: safe.cue, wordings: carefulWordings(topic, safe) } };
}

function keeper(safe: Topic): Atom {
  return { ...labelRule(safe), id: keepId(safe) };
}

/** Repairs that break what passed: each careless rule takes in rows that were right before. */
export const drift: SimulatedTask = {
  id: 'drift',
  summary: 'Six rules mend rows, and break others that passed unless an exception is made for them.',
  start: LABEL_START,
  atoms: [LIST_OF_LABELS, ...RULES.map(rule), ...SAFE.map(keeper)],
  kinds: [
    {
      ...topicKind({ cue: 'hello', label: 'account', instead: 'feature' }, 0.05, (features) =>
        withinScheme(features, 0.9),
      ),
      id: 'plain',
    },
    ...RULES.map((topic) =>
      topicKind(topic, topic.share, (features) =>
        withinScheme(features, 0.15 + 0.8 * features.of(`rule:${topic.cue}`)),
      ),
    ),
    ...SAFE.map((safe, index) =>
      topicKind(safe, safe.share, (features) => {
        const rules = RULES.filter(({ near }) => near === index);
        const pull = Math.max(...rules.map(({ cue }) => features.of(`rule:${cue}`)));
        return withinScheme(features, 0.92 - 0.6 * pull * (1 - features.of(keepId(safe))));
      }),
    ),
  ],
  ideal: {
    atoms: ['labels', ...RULES.map(({ cue }) => `rule:${cue}`), ...SAFE.map(keepId)],
    words: 90,
  },
  draws: 1,
  sensitivity: 0.12,
  isStochastic: false,
};
