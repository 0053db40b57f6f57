import { BASELINE_ID } from '../../core/candidate.js';
import { duplicateKey, seenTexts } from '../guards.js';
import { mergeTexts } from '../merge.js';
import type { Proposal, ProposalContext } from '../strategy.js';
import { summaryOf } from '../summary.js';
import { scoredCandidates } from '../trajectory.js';

/**
 * The best candidate's edit together with the edit of another that was made from the same text and beat it too: costs no
 * request. At most one a step.
 */
export function joinWithSibling(context: ProposalContext): Proposal[] {
  const { state, parent: best } = context;
  const origin = state.candidates.get(best)?.candidate.parent;
  if (best === BASELINE_ID || origin === undefined) return [];
  const scored = scoredCandidates(state);
  const originScore = scored.find(({ record }) => record.candidate.id === origin)?.score ?? 0;
  const seen = seenTexts(state, context.span);
  const siblings = scored
    .filter(
      ({ record, score }) =>
        score > originScore && record.candidate.id !== best && record.candidate.parent === origin,
    )
    .sort((a, b) => b.score - a.score);
  for (const { record } of siblings) {
    const [base, ours, theirs] = [origin, best, record.candidate.id].map((id) => context.spanTextOf(id)) as [
      string,
      string,
      string,
    ];
    const spanText = mergeTexts(base, ours, theirs);
    if (spanText === undefined || seen.has(duplicateKey(spanText))) continue;
    return [
      {
        parent: best,
        operator: 'merge',
        spanText,
        summary: `Joins in another edit: ${summaryOf(ours, spanText)}`,
        adviceIds: [
          ...new Set([
            ...(state.candidates.get(best)?.candidate.adviceIds ?? []),
            ...record.candidate.adviceIds,
          ]),
        ],
      },
    ];
  }
  return [];
}
