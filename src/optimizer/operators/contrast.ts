import type { CandidateRecord } from '../../core/run.js';
import type { Cause } from '../feedback/causes.js';
import { block, excerpt } from '../metaPrompt.js';
import type { ProposalContext } from '../strategy.js';

const CONTRASTS_SHOWN = 4;
const TEXT_SHOWN = 300;

/**
 * For causes whose scorers give no direction: rows that fail now and pass under another prompt of the run, with the answer
 * and the lines that this prompt has besides. From two attempts at the same row a direction can be read (arXiv 2405.16434,
 * section 3; the contrast on one input is SIMBA's).
 */
export function contrasts(
  context: ProposalContext,
  parent: CandidateRecord,
  causes: readonly Cause[],
): string[] {
  const others = [...context.state.candidates.values()].filter(
    (record) => record !== parent && record.status !== 'rejected',
  );
  const rows = causes.filter(({ direction }) => direction === '').flatMap((cause) => cause.rows);
  const lines = new Set(context.spanTextOf(parent.candidate.id).split('\n'));
  const found = rows.flatMap(({ row }) => {
    const better = others.findLast((record) => {
      const outcome = record.outcomes.get(row.id);
      return outcome?.status === 'scored' && outcome.score.pass;
    });
    const outcome = better?.outcomes.get(row.id);
    if (!better || outcome?.status !== 'scored') return [];
    const besides = context
      .spanTextOf(better.candidate.id)
      .split('\n')
      .filter((line) => line.trim() !== '' && !lines.has(line));
    if (besides.length === 0) return [];
    const told = [
      `answer that passes: ${excerpt(outcome.output, TEXT_SHOWN)}`,
      `lines of its prompt that the current one lacks:\n${excerpt(besides.join('\n'), TEXT_SHOWN)}`,
    ];
    return [block('contrast', told.join('\n'), { row: row.id })];
  });
  return found.slice(0, CONTRASTS_SHOWN);
}
