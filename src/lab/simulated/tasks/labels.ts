import type { Atom, Features, RowKind } from '../task.js';

/** A topic that a label scheme treats in its own way. */
export interface Topic {
  readonly cue: string;
  readonly label: string;
  /** What a model without the rule says. */
  readonly instead: string;
}

export const SCHEME = ['billing', 'account', 'bug', 'feature', 'shipping'] as const;

/** A rule that a topic belongs to a label. */
export function labelRule({ cue, label, instead }: Topic): Atom {
  return {
    id: `rule:${cue}`,
    needs: [cue, `"${label}"`],
    wordings: ruleWordings(cue, label),
    cue,
    hint: `"${label}" was expected`,
    guess: 0,
    misreadings: ruleWordings(cue, instead),
  };
}

function ruleWordings(cue: string, label: string): string[] {
  return [
    `Messages about ${cue} belong to "${label}".`,
    `When a message mentions ${cue}, answer "${label}".`,
    `Use "${label}" for ${cue}.`,
    `A ${cue} is a case of "${label}".`,
    `Treat ${cue} as "${label}", whatever else is said.`,
    `If it is about ${cue}, the label is "${label}".`,
    `Note that ${cue} counts as "${label}".`,
    `"${label}" includes ${cue}.`,
  ];
}

/** The rows of a topic: nearly all fail until the rule is there. */
export function topicKind(topic: Topic, share: number, quality: (features: Features) => number): RowKind {
  return {
    id: topic.cue,
    share,
    cue: topic.cue,
    expected: topic.label,
    wrong: topic.instead,
    quality,
    feedback: () => confusion(topic.label, topic.instead),
  };
}

/** What a scorer of labels says. */
export function confusion(label: string, instead: string) {
  return {
    cause: `label:${label}>${instead}`,
    text: `said "${instead}" where "${label}" was expected`,
    direction: `Answer "${label}" to rows like these.`,
  };
}

/** The line that names the labels; without it answers stray from the scheme. */
export const LIST_OF_LABELS: Atom = {
  id: 'labels',
  needs: SCHEME.slice(),
  wordings: [
    `The labels are ${SCHEME.join(', ')}.`,
    `Choose one of these labels: ${SCHEME.join(', ')}.`,
    `Answer with one of: ${SCHEME.join(', ')}.`,
  ],
  cue: '',
  hint: 'not one of the labels',
  guess: 0.5,
};

/** Share of right answers that a text without the list of labels keeps. */
const WITHOUT_LIST = 0.7;

/** A quality as far as the list of labels allows it. */
export function withinScheme(features: Features, quality: number): number {
  return quality * (features.of('labels') > 0 ? 1 : WITHOUT_LIST);
}

export const LABEL_START = [
  'You sort messages of customers.',
  `Choose one of these labels: ${SCHEME.join(', ')}.`,
  'Read the whole message first.',
].join('\n');
