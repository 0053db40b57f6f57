import type { RefObject } from 'preact';
import type { CandidateDetail, CandidateView, PageRequest } from '../src/protocol.js';
import { Advice } from './advice.js';
import { DiffView } from './diffView.js';
import { points, signedPoints } from './format.js';
import { Icon } from './icons.js';
import { Rows } from './rows.js';
import { Button, Choice } from './ui.js';
import { candidateInSentence, candidateLabel } from './words.js';

interface DetailProps {
  readonly candidate: CandidateView;
  readonly detail: CandidateDetail;
  readonly against: 'baseline' | 'parent';
  /** Another selection is on its way. */
  readonly isStale: boolean;
  readonly notice: string;
  readonly send: (body: PageRequest) => void;
  readonly isWaitingFor: (body: PageRequest) => boolean;
  readonly onLeave: () => void;
  readonly headingRef: RefObject<HTMLHeadingElement | null>;
}

/** One candidate in full: what it changes, why, what came of it on every row, and the buttons that use it. */
export function Detail(props: DetailProps) {
  const { candidate, detail, against, isStale, send, onLeave, headingRef } = props;
  const isBaseline = candidate.status === 'baseline';
  const hasParent = candidate.parentName !== undefined && candidate.parentName !== 'Baseline';
  return (
    <section
      class="detail"
      aria-labelledby="detail-heading"
      aria-busy={isStale}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onLeave();
      }}
    >
      <div class="detail-head">
        <div class="detail-title">
          <h2 id="detail-heading" ref={headingRef} tabIndex={-1}>
            {candidateLabel(candidate.name)}
          </h2>
          {candidate.summary && <p>{candidate.summary}</p>}
          <p class="muted">{origin(candidate)}</p>
        </div>
        <Actions {...props} />
      </div>
      <div class="columns">
        <section class="changes" aria-labelledby="changes-heading">
          <div class="section-head">
            <h3 id="changes-heading">{isBaseline ? 'Text' : 'Changes'}</h3>
            {hasParent && (
              <div class="against">
                <span aria-hidden="true">against</span>
                <Choice
                  label="Compare with"
                  value={against}
                  options={[
                    ['baseline', 'Baseline'],
                    ['parent', `Parent (${candidate.parentName})`],
                  ]}
                  onChoose={(chosen) => send({ kind: 'select', candidateId: detail.id, against: chosen })}
                />
              </div>
            )}
          </div>
          <DiffView
            key={`${detail.id} ${detail.against}`}
            before={detail.againstText}
            after={detail.text}
            isBaseline={isBaseline}
          />
        </section>
        <Advice advice={detail.advice} isBaseline={isBaseline} send={send} />
      </div>
      <Rows rows={detail.rows} isBaseline={isBaseline} send={send} />
    </section>
  );
}

function origin({ status, operator, parentName, score, delta, fixed, broken }: CandidateView): string {
  if (status === 'baseline')
    return score === undefined ? 'The prompt as it stands' : `${points(score)} points`;
  const parts = [`Made from ${candidateInSentence(parentName ?? 'Baseline')} by ${operator}`];
  if (score !== undefined) parts.push(`${points(score)} points`);
  if (delta !== undefined)
    parts.push(`${signedPoints(delta)} against the baseline`, `${fixed} fixed`, `${broken} broken`);
  return parts.join(' · ');
}

function Actions({ candidate, detail, notice, send, isWaitingFor }: DetailProps) {
  const { id: candidateId, against, accepted, acceptRefusal } = detail;
  const accept: PageRequest = { kind: 'accept', candidateId };
  const openDiff: PageRequest = { kind: 'openDiff', candidateId, against };
  const copy: PageRequest = { kind: 'copy', candidateId };
  return (
    <div class="actions">
      <div class="buttons">
        {!accepted && (
          <Button
            primary
            disabled={acceptRefusal !== undefined || isWaitingFor(accept)}
            onPress={() => send(accept)}
          >
            Accept
          </Button>
        )}
        {candidate.status !== 'baseline' && (
          <Button disabled={isWaitingFor(openDiff)} onPress={() => send(openDiff)}>
            Open diff
          </Button>
        )}
        <Button disabled={isWaitingFor(copy)} onPress={() => send(copy)}>
          Copy
        </Button>
      </div>
      {accepted && (
        <p class="accepted">
          <Icon name="check" /> Accepted: this text was written to the file.
        </p>
      )}
      {!accepted && acceptRefusal && <p class="refusal">{acceptRefusal}</p>}
      {notice && <p class="done">{notice}</p>}
    </div>
  );
}
