import { useState } from 'preact/hooks';
import type { AdviceView, PageRequest } from '../src/protocol.js';
import { count } from './format.js';
import { Icon } from './icons.js';

interface AdviceProps {
  readonly advice: readonly AdviceView[];
  readonly isBaseline: boolean;
  readonly send: (body: PageRequest) => void;
}

/** What the failing rows say about the prompt, which way to move, and where it comes from. */
export function Advice({ advice, isBaseline, send }: AdviceProps) {
  return (
    <section class="advice" aria-labelledby="advice-heading">
      <div class="section-head">
        <h3 id="advice-heading">
          Advice <span class="muted count">{advice.length}</span>
        </h3>
      </div>
      {advice.length === 0 ? (
        <p class="empty">No advice yet. It is drawn from the rows that fail.</p>
      ) : (
        <ul>
          {advice.map((each) => (
            <Item key={each.id} advice={each} isBaseline={isBaseline} send={send} />
          ))}
        </ul>
      )}
    </section>
  );
}

interface ItemProps {
  readonly advice: AdviceView;
  readonly isBaseline: boolean;
  readonly send: (body: PageRequest) => void;
}

function Item({ advice, isBaseline, send }: ItemProps) {
  const { text, direction, lines, rows, followed, status, since, checked } = advice;
  return (
    <li class={followed ? 'followed' : ''}>
      <p class="advice-text">{text}</p>
      {direction && (
        <p class="direction">
          <Icon name="arrow" />
          <span>
            <span class="sr">Direction: </span>
            {direction}
          </span>
        </p>
      )}
      <div class="support">
        {!isBaseline && (
          <span class={followed ? 'tag tag-followed' : 'tag'}>
            <Icon name={followed ? 'check' : 'dash'} />
            {followed ? 'Followed' : 'Not followed'}
          </span>
        )}
        <span class="tag" title={statusTitle(status, since)}>
          <Icon name={status === 'closed' ? 'check' : 'warning'} />
          {status === 'closed' ? 'Closed' : 'Open'}
          {since !== undefined && ', known before'}
        </span>
        {checked && (
          <span title="Failing rows of this kind that the optimizer was not shown, with the best candidate that follows the advice">
            Fixes {checked.fixed} of {count(checked.of, 'row')} it was not drawn from
          </span>
        )}
        {lines.length > 0 && (
          <Places
            name={lines.length === 1 ? 'Line' : 'Lines'}
            places={lines.map((line) => ({
              key: String(line),
              text: String(line),
              label: `Show line ${line} of the prompt`,
            }))}
            onGo={(line) => send({ kind: 'revealLine', line: Number(line) })}
          />
        )}
        {rows.length > 0 && (
          <Places
            name={count(rows.length, 'row')}
            places={rows.map((row) => ({
              key: row.caseId,
              text: String(row.line),
              label: `Show the row on line ${row.line} of the test set`,
            }))}
            onGo={(caseId) => send({ kind: 'revealRow', caseId })}
          />
        )}
      </div>
    </li>
  );
}

function statusTitle(status: AdviceView['status'], since: string | undefined): string {
  const now = status === 'closed' ? 'Its rows pass' : 'Rows that support it fail';
  return `${now} with the prompt in the file${since === undefined ? '' : `; first given by run ${since}`}`;
}

interface PlacesProps {
  readonly name: string;
  readonly places: readonly { readonly key: string; readonly text: string; readonly label: string }[];
  readonly onGo: (key: string) => void;
}

/** More are behind a button. */
const SHOWN = 8;

function Places({ name, places, onGo }: PlacesProps) {
  const [showsAll, setShowsAll] = useState(false);
  const rest = places.length - SHOWN;
  return (
    <span class="places">
      <span>{name}</span>
      {places.slice(0, showsAll ? undefined : SHOWN).map(({ key, text, label }) => (
        <button
          key={key}
          type="button"
          class="link"
          aria-label={label}
          title={label}
          onClick={() => onGo(key)}
        >
          {text}
        </button>
      ))}
      {rest > 0 && !showsAll && (
        <button type="button" class="link" onClick={() => setShowsAll(true)}>
          {rest} more
        </button>
      )}
    </span>
  );
}
