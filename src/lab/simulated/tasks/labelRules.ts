import type { SimulatedTask } from '../task.js';
import { LABEL_START, labelRule, LIST_OF_LABELS, topicKind, withinScheme, type Topic } from './labels.js';

const TOPICS: readonly (Topic & { readonly share: number })[] = [
  { cue: 'refund', label: 'billing', instead: 'account', share: 0.1 },
  { cue: 'password', label: 'account', instead: 'bug', share: 0.09 },
  { cue: 'export', label: 'feature', instead: 'bug', share: 0.08 },
  { cue: 'parcel', label: 'shipping', instead: 'billing', share: 0.07 },
  { cue: 'crash', label: 'bug', instead: 'feature', share: 0.06 },
  { cue: 'invoice', label: 'billing', instead: 'shipping', share: 0.05 },
  { cue: 'upgrade', label: 'account', instead: 'billing', share: 0.04 },
  { cue: 'darkmode', label: 'feature', instead: 'account', share: 0.03 },
  { cue: 'courier', label: 'shipping', instead: 'account', share: 0.03 },
  { cue: 'timeout', label: 'bug', instead: 'account', share: 0.02 },
];

/** Many small rules, each of which mends a share of the rows on its own. */
export const labelRules: SimulatedTask = {
  id: 'label-rules',
  summary: 'Ten independent rules, each of which mends 2 to 10% of the rows.',
  start: LABEL_START,
  atoms: [LIST_OF_LABELS, ...TOPICS.map(labelRule)],
  kinds: [
    {
      ...topicKind({ cue: 'hello', label: 'account', instead: 'feature' }, 0.43, (features) =>
        withinScheme(features, 0.9),
      ),
      id: 'plain',
    },
    ...TOPICS.map((topic) =>
      topicKind(topic, topic.share, (features) =>
        withinScheme(features, 0.15 + 0.8 * features.of(`rule:${topic.cue}`)),
      ),
    ),
  ],
  ideal: { atoms: ['labels', ...TOPICS.map(({ cue }) => `rule:${cue}`)], words: 80 },
  draws: 1,
  sensitivity: 0.12,
  isStochastic: false,
};
