import { useState } from 'preact/hooks';
import type { PageRequest, RowAnswer, RowChange, RowView } from '../src/protocol.js';
import { count, excerpt, points } from './format.js';
import { Icon, type IconName } from './icons.js';
import { Button, Checkbox } from './ui.js';

interface RowsProps {
  /** In the order to show. */
  readonly rows: readonly RowView[];
  readonly isBaseline: boolean;
  readonly send: (body: PageRequest) => void;
}

const CHANGES: Readonly<Record<RowChange, readonly [icon: IconName, word: string, counted: string]>> = {
  broken: ['down', 'Broken', 'broken'],
  worse: ['down', 'Worse', 'worse'],
  error: ['warning', 'Error', 'with an error'],
  failing: ['cross', 'Failing', 'failing'],
  fixed: ['up', 'Fixed', 'fixed'],
  improved: ['up', 'Improved', 'improved'],
  passing: ['check', 'Passing', 'passing'],
};

const CHANGED: ReadonlySet<RowChange> = new Set(['broken', 'worse', 'fixed', 'improved']);

/** Rows drawn at first; a long test set is opened on request. */
const FIRST_ROWS = 50;

/** Every row that the candidate answered, beside the baseline's answer. */
export function Rows({ rows, isBaseline, send }: RowsProps) {
  const [changedOnly, setChangedOnly] = useState(false);
  const [showsAll, setShowsAll] = useState(false);
  const wanted = changedOnly && !isBaseline ? rows.filter((row) => CHANGED.has(row.change)) : rows;
  const shown = showsAll ? wanted : wanted.slice(0, FIRST_ROWS);
  return (
    <section class="rows" aria-labelledby="rows-heading">
      <div class="section-head">
        <h3 id="rows-heading">Rows</h3>
        {rows.length > 0 && <Tally rows={rows} />}
        {rows.length > 0 && !isBaseline && (
          <Checkbox checked={changedOnly} onToggle={setChangedOnly}>
            Changed only
          </Checkbox>
        )}
      </div>
      {rows.length === 0 && <p class="empty">No answers yet.</p>}
      {rows.length > 0 && shown.length === 0 && <p class="empty">No row changed.</p>}
      {shown.length > 0 && (
        <table>
          <caption class="sr">Rows of the test set, regressions first</caption>
          <thead>
            <tr>
              <th scope="col">{isBaseline ? 'Result' : 'Change'}</th>
              <th scope="col">Row</th>
              <th scope="col">Input</th>
              <th scope="col">Expected</th>
              {!isBaseline && <th scope="col">Baseline's answer</th>}
              <th scope="col">{isBaseline ? 'Answer' : "Candidate's answer"}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <Row key={row.caseId} row={row} isBaseline={isBaseline} send={send} />
            ))}
          </tbody>
        </table>
      )}
      {shown.length < wanted.length && (
        <div class="more">
          <Button onPress={() => setShowsAll(true)}>Show all {count(wanted.length, 'row')}</Button>
        </div>
      )}
    </section>
  );
}

function Tally({ rows }: { readonly rows: readonly RowView[] }) {
  const counts = new Map<RowChange, number>();
  for (const { change } of rows) counts.set(change, (counts.get(change) ?? 0) + 1);
  return (
    <ul class="figures tally">
      <li>{rows.length} in all</li>
      {[...counts].map(([change, n]) => (
        <li key={change}>
          {n} {CHANGES[change][2]}
        </li>
      ))}
    </ul>
  );
}

interface RowProps {
  readonly row: RowView;
  readonly isBaseline: boolean;
  readonly send: (body: PageRequest) => void;
}

function Row({ row, isBaseline, send }: RowProps) {
  const [icon, word] = CHANGES[row.change];
  return (
    <tr>
      <th scope="row" class={`r-change change-${row.change}`}>
        <span class="status">
          <Icon name={icon} />
          <span>{word}</span>
        </span>
      </th>
      <td class="r-line">
        <button
          type="button"
          class="link"
          aria-label={`Show the row on line ${row.line} of the test set`}
          onClick={() => send({ kind: 'revealRow', caseId: row.caseId })}
        >
          {row.line}
        </button>{' '}
        <span class="split">{row.split}</span>
      </td>
      <td class="r-input">
        <span class="cell-label">Input</span>
        <LongText text={row.input} />
      </td>
      <td class="r-expected">
        <span class="cell-label">Expected</span>
        {row.expected === '' ? <span class="muted">not given</span> : <LongText text={row.expected} />}
      </td>
      {!isBaseline && (
        <td class="r-before">
          <span class="cell-label">Baseline's answer</span>
          <Answer answer={row.before} />
        </td>
      )}
      <td class="r-after">
        <span class="cell-label">{isBaseline ? 'Answer' : "Candidate's answer"}</span>
        <Answer answer={row.after} />
      </td>
    </tr>
  );
}

function Answer({ answer }: { readonly answer: RowAnswer | undefined }) {
  if (!answer) return <span class="muted">not asked</span>;
  const { output, pass, score, error, feedback } = answer;
  const isGraded = score !== undefined && score !== 0 && score !== 1;
  return (
    <div class={`answer ${error === undefined ? (pass ? 'passed' : 'failed') : 'errored'}`}>
      <Icon name={error === undefined ? (pass ? 'check' : 'cross') : 'warning'} />
      <div>
        <span class="sr">{error === undefined ? (pass ? 'Passed: ' : 'Failed: ') : 'Error: '}</span>
        {error === undefined ? <Output text={output} /> : <LongText text={error} />}
        {isGraded && <span class="grade">{points(score)} points</span>}
        {feedback.length > 0 && (
          <ul class="feedback">
            {feedback.map((text, at) => (
              <li key={at}>
                <LongText text={text} />
              </li>
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}

function Output({ text }: { readonly text: string }) {
  if (text.trim() === '')
    return <span class="muted">{text === '' ? 'empty answer' : 'only white space'}</span>;
  return <LongText text={text} />;
}

/** Characters of a cell that are shown without opening it. */
const EXCERPT = 110;

/** The start of a text, with the whole of it behind a click. */
function LongText({ text }: { readonly text: string }) {
  const start = excerpt(text, EXCERPT);
  if (start === undefined) return <span class="text">{text}</span>;
  return (
    <details>
      <summary>
        <span class="start">{start}</span>
        <span class="less">Show less</span>
      </summary>
      <div class="text full">{text}</div>
    </details>
  );
}
