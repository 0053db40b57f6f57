import { excerpt } from '../metaPrompt.js';
import type { ProposalContext } from '../strategy.js';

const TRIED_SHOWN = 4;
const TEXT_SHOWN = 600;
const REASONS_SHOWN = 4;

/** Lines that earlier candidates from the same parent added without becoming the best, the newest last. */
export function triedEdits(context: ProposalContext): string[] {
  const before = new Set(context.spanTextOf(context.parent).split('\n'));
  const added = [...context.state.candidates.values()]
    .filter(({ candidate, status }) => status !== 'rejected' && candidate.parent === context.parent)
    .map(({ candidate }) =>
      context
        .spanTextOf(candidate.id)
        .split('\n')
        .filter((line) => line.trim() !== '' && !before.has(line))
        .join('\n'),
    );
  return [...new Set(added.filter((lines) => lines !== '').map((lines) => excerpt(lines, TEXT_SHOWN)))].slice(
    -TRIED_SHOWN,
  );
}

/** Why proposals of the last step broke a rule, each reason once, as a part of a meta-prompt; empty when none did. */
export function turnedDownText(context: ProposalContext): string[] {
  const reasons = [...context.state.candidates.values()]
    .filter(({ status, candidate }) => status === 'rejected' && candidate.step === context.step - 1)
    .flatMap((record) => record.reasons);
  const told = [...new Set(reasons)].slice(0, REASONS_SHOWN);
  return told.length > 0 ? [`Earlier proposals were turned down:\n${told.join('\n')}`] : [];
}
