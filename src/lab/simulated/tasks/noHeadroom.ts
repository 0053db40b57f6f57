import type { SimulatedTask } from '../task.js';
import { LABEL_START, labelRule, topicKind, type Topic } from './labels.js';

const TOPICS: readonly (Topic & { readonly share: number })[] = [
  { cue: 'refund', label: 'billing', instead: 'account', share: 0.3 },
  { cue: 'password', label: 'account', instead: 'bug', share: 0.25 },
  { cue: 'export', label: 'feature', instead: 'bug', share: 0.25 },
  { cue: 'parcel', label: 'shipping', instead: 'billing', share: 0.2 },
];

/** Rules look as if they would help, and change nothing: the model does what it can already. */
export const noHeadroom: SimulatedTask = {
  id: 'no-headroom',
  summary: 'No text is truly better or worse than the one in the file; outcomes move by chance alone.',
  start: LABEL_START,
  atoms: TOPICS.map(labelRule),
  kinds: TOPICS.map((topic) => topicKind(topic, topic.share, () => 0.7)),
  ideal: { atoms: [], words: 40 },
  draws: 1,
  sensitivity: 0.2,
  isStochastic: false,
};
