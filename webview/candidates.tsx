import type { RefObject } from 'preact';
import { useLayoutEffect, useState } from 'preact/hooks';
import type { CandidateView, RunSnapshot } from '../src/protocol.js';
import { count, intervalPoints, points, signedPoints } from './format.js';
import { Icon, type IconName } from './icons.js';
import { differenceReach } from './scale.js';
import { Whisker } from './whisker.js';

interface CandidatesProps {
  readonly snapshot: RunSnapshot;
  readonly selectedId: string | undefined;
  /** `enter` asks to go on to the candidate's details. */
  readonly onSelect: (candidateId: string, enter: boolean) => void;
  readonly tableRef: RefObject<HTMLTableElement | null>;
}

/** All candidates in order of proposal. Arrow keys move, Space selects, Enter selects and goes to the details. */
export function Candidates({ snapshot, selectedId, onSelect, tableRef }: CandidatesProps) {
  const { candidates, bestId, phase } = snapshot;
  const [movedTo, moveTo] = useState<string>();
  const activeId =
    [movedTo, selectedId].find((id) => candidates.some((each) => each.id === id)) ?? candidates[0]?.id;
  const focusRow = (at: number) => {
    const candidate = candidates[at];
    if (!candidate) return;
    moveTo(candidate.id);
    tableRef.current?.tBodies[0]?.rows[at]?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const at = candidates.findIndex((each) => each.id === activeId);
    const target = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: candidates.length - 1 }[event.key];
    if (target !== undefined) focusRow(target);
    else if ((event.key === 'Enter' || event.key === ' ') && activeId)
      onSelect(activeId, event.key === 'Enter');
    else return;
    event.preventDefault();
  };
  useLayoutEffect(() => {
    const row = tableRef.current?.querySelector<HTMLElement>('tr[aria-selected="true"]');
    if (row) showInScroller(row);
  }, [selectedId, tableRef]);
  const reach = differenceReach(candidates.flatMap((each) => (each.interval ? [each.interval] : [])));
  return (
    <section class="candidates" aria-labelledby="candidates-heading">
      <h2 id="candidates-heading">
        Candidates{' '}
        <span class="muted count">{candidates.filter((each) => each.status !== 'baseline').length}</span>
      </h2>
      {candidates.length === 0 ? (
        <p class="empty">
          No candidates yet. Hone scores the prompt as it stands first, then proposes changes to it.
        </p>
      ) : (
        <div class="scroller">
          <table ref={tableRef} role="grid" onKeyDown={onKeyDown}>
            <caption class="sr">Candidates in order of proposal</caption>
            <thead role="rowgroup">
              <tr role="row">
                {COLUMNS.map(([name, label]) => (
                  <th key={name} scope="col" role="columnheader" class={`c-${name}`}>
                    {label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody role="rowgroup">
              {candidates.map((candidate) => (
                <Row
                  key={candidate.id}
                  candidate={candidate}
                  snapshot={snapshot}
                  reach={reach}
                  isBest={candidate.id === bestId && candidate.status !== 'baseline'}
                  isSelected={candidate.id === selectedId}
                  isActive={candidate.id === activeId}
                  onFocus={() => moveTo(candidate.id)}
                  onClick={() => onSelect(candidate.id, false)}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {candidates.length === 1 && (
        <p class="empty">
          {phase === 'stopped'
            ? 'No candidate was proposed.'
            : 'Candidates follow when the baseline is scored.'}
        </p>
      )}
      {candidates.length > 1 && <p class="footnote">{footnote(snapshot)}</p>}
    </section>
  );
}

/** Scrolls the list and not the page, as `scrollIntoView` would. */
function showInScroller(row: HTMLElement): void {
  const scroller = row.closest('.scroller');
  if (!scroller) return;
  const room = scroller.getBoundingClientRect();
  const { top, bottom } = row.getBoundingClientRect();
  if (top < room.top || bottom > room.bottom)
    scroller.scrollTop += (top + bottom - room.top - room.bottom) / 2;
}

const COLUMNS = [
  ['name', 'Name'],
  ['summary', 'What it changes'],
  ['score', 'Score'],
  ['delta', 'Difference'],
  ['interval', '95% interval'],
  ['fixed', 'Fixed'],
  ['broken', 'Broken'],
  ['status', 'Status'],
] as const;

function footnote({ candidates, verdict }: RunSnapshot): string {
  const rows = candidates.find((each) => each.status === 'baseline')?.rowsTotal ?? 0;
  const chosenOn = `Points out of 100 on the ${count(rows, 'row')} that choose among candidates; differences are from the baseline.`;
  return verdict?.n === undefined ? chosenOn : `${chosenOn} The best one's numbers are those of the verdict.`;
}

interface RowProps {
  readonly candidate: CandidateView;
  readonly snapshot: RunSnapshot;
  readonly reach: number;
  readonly isBest: boolean;
  readonly isSelected: boolean;
  readonly isActive: boolean;
  readonly onFocus: () => void;
  readonly onClick: () => void;
}

function Row({ candidate, snapshot, reach, isBest, isSelected, isActive, onFocus, onClick }: RowProps) {
  const { status, score, delta, interval, summary, reasons } = candidate;
  const isCompared = delta !== undefined;
  return (
    <tr
      role="row"
      class={`row-${status}${isBest ? ' is-best' : ''}`}
      tabIndex={isActive ? 0 : -1}
      aria-selected={isSelected}
      onFocus={onFocus}
      onClick={onClick}
    >
      <th scope="row" role="rowheader" class="c-name">
        {candidate.name}
      </th>
      <td role="gridcell" class="c-summary">
        {summary || (status === 'baseline' ? 'The prompt as it stands in the file' : candidate.operator)}
        {reasons.length > 0 && <span class="reasons">{reasons.join(' ')}</span>}
      </td>
      <td role="gridcell" class="c-score">
        <Label>Score</Label>
        {score === undefined ? <None /> : points(score)}
      </td>
      <td role="gridcell" class={`c-delta ${toneOf(delta)}`}>
        <Label>Difference</Label>
        {isCompared ? signedPoints(delta) : <None />}
        {interval && isCompared && <span class="interval-below">{intervalPoints(interval)}</span>}
      </td>
      <td role="gridcell" class="c-interval">
        {interval && isCompared ? (
          <span class="interval">
            <span>{intervalPoints(interval)}</span>
            <Whisker delta={delta} interval={interval} reach={reach} width={112} />
          </span>
        ) : (
          <None />
        )}
      </td>
      <td role="gridcell" class="c-fixed">
        <Label>Fixed</Label>
        {isCompared ? candidate.fixed : <None />}
      </td>
      <td role="gridcell" class={candidate.broken > 0 ? 'c-broken negative' : 'c-broken'}>
        <Label>Broken</Label>
        {isCompared ? candidate.broken : <None />}
      </td>
      <td role="gridcell" class="c-status">
        <Status candidate={candidate} isBest={isBest} bestWord={bestWord(snapshot)} />
      </td>
    </tr>
  );
}

/** A column's name inside the cell, shown where the table has become a list of cards. */
function Label({ children }: { readonly children: string }) {
  return (
    <span class="cell-label" aria-hidden="true">
      {children}
    </span>
  );
}

function None() {
  return (
    <span class="none">
      <span aria-hidden="true">–</span>
      <span class="sr">none</span>
    </span>
  );
}

function toneOf(delta: number | undefined): string {
  if (delta === undefined || delta === 0) return '';
  return delta > 0 ? 'positive' : 'negative';
}

const STATUS: Readonly<Record<CandidateView['status'], readonly [icon: IconName, word: string]>> = {
  baseline: ['target', 'In the file'],
  pending: ['running', 'Scoring'],
  kept: ['check', 'Scored'],
  best: ['star', 'Best'],
  dropped: ['dash', 'Dropped'],
  rejected: ['cross', 'Rejected'],
};

/** The best of the candidates need not be better than the prompt in the file. */
function bestWord({ verdict }: RunSnapshot): string {
  if (!verdict) return 'Best so far';
  return verdict.kind === 'better' ? 'Best' : 'Best found';
}

interface StatusProps {
  readonly candidate: CandidateView;
  readonly isBest: boolean;
  readonly bestWord: string;
}

function Status({ candidate, isBest, bestWord }: StatusProps) {
  const { status, score, rowsScored, rowsTotal, errors } = candidate;
  const isScoring =
    status === 'pending' || (status === 'baseline' && score === undefined && rowsScored < rowsTotal);
  const [icon, word] = isBest ? (['star', bestWord] as const) : STATUS[isScoring ? 'pending' : status];
  return (
    <span class="status">
      <Icon name={icon} />
      <span>
        {word}
        {isScoring && (
          <span class="muted">
            {' '}
            {rowsScored} of {rowsTotal}
          </span>
        )}
        {errors > 0 && <span class="errors">{count(errors, 'error')}</span>}
      </span>
    </span>
  );
}
