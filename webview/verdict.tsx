import type { RunSnapshot } from '../src/protocol.js';
import { count, intervalPoints, points, pValueText, signedPoints } from './format.js';
import { Icon, type IconName } from './icons.js';
import { Activity } from './ui.js';
import { differenceReach } from './scale.js';
import { Whisker } from './whisker.js';
import { candidateLabel } from './words.js';

type VerdictKind = NonNullable<RunSnapshot['verdict']>['kind'];
type StopReason = NonNullable<RunSnapshot['stop']>['reason'];
type Tone = 'positive' | 'negative' | 'caution' | 'neutral';

interface Heading {
  readonly word: string;
  readonly icon: IconName;
  readonly tone: Tone;
}

const VERDICTS: Readonly<Record<VerdictKind, Heading>> = {
  better: { word: 'Better', icon: 'up', tone: 'positive' },
  worse: { word: 'Worse', icon: 'down', tone: 'negative' },
  undecided: { word: 'Undecided', icon: 'question', tone: 'caution' },
  'already-good': { word: 'Already good', icon: 'check', tone: 'positive' },
  'no-headroom': { word: 'No headroom', icon: 'ceiling', tone: 'neutral' },
};

const STOPS: Readonly<Record<StopReason, Heading>> = {
  perfect: { word: 'Every row passes', icon: 'check', tone: 'positive' },
  'already-good': { word: 'Already good', icon: 'check', tone: 'positive' },
  'steps-done': { word: 'All steps done', icon: 'stop', tone: 'neutral' },
  'no-progress': { word: 'No more progress', icon: 'stop', tone: 'neutral' },
  'no-proposals': { word: 'No usable proposal', icon: 'warning', tone: 'caution' },
  'calls-spent': { word: 'Call limit reached', icon: 'stop', tone: 'caution' },
  'cost-spent': { word: 'Cost limit reached', icon: 'stop', tone: 'caution' },
  cancelled: { word: 'Stopped', icon: 'stop', tone: 'neutral' },
  'model-failed': { word: 'The model failed', icon: 'warning', tone: 'negative' },
};

const RUNNING: Heading = { word: 'Running', icon: 'running', tone: 'neutral' };
const WAITING: Heading = { word: 'Waiting', icon: 'pause', tone: 'caution' };

/** What may be said of the best candidate; until then, what is going on. */
export function Verdict({ snapshot }: { readonly snapshot: RunSnapshot }) {
  const { verdict, phase, stop, activity } = snapshot;
  const isGoingOn = phase !== 'stopped';
  const heading = headingOf(snapshot);
  return (
    <section class={`card verdict tone-${heading.tone}`} aria-labelledby="verdict-heading">
      <h2 id="verdict-heading">
        {isGoingOn && !verdict && phase === 'running' ? <Activity /> : <Icon name={heading.icon} />}
        <span class="sr">Verdict: </span>
        {heading.word}
      </h2>
      {isGoingOn && <p class="activity">{activity}</p>}
      {verdict?.delta === undefined ? <BestSoFar snapshot={snapshot} /> : <Difference snapshot={snapshot} />}
      {verdict && <p class="sentence">{verdict.sentence}</p>}
      {verdict?.facts && (
        <ul class="verdict-facts">
          {verdict.facts.map((fact) => (
            <li key={fact}>{fact.charAt(0).toUpperCase() + fact.slice(1)}</li>
          ))}
        </ul>
      )}
      {verdict?.targets && <Targets targets={verdict.targets} />}
      {stop && <p class="next-step">{stop.nextStep}</p>}
    </section>
  );
}

type TargetVerdict = NonNullable<NonNullable<RunSnapshot['verdict']>['targets']>[number];

/** What each model says that the prompt is for, the worst first. */
function Targets({ targets }: { readonly targets: readonly TargetVerdict[] }) {
  return (
    <ul class="targets" aria-label="By model, the worst first">
      {targets.map(({ model, label, kind, before, after, delta, interval, n }) => (
        <li key={model}>
          <Icon name={n === 0 ? 'warning' : VERDICTS[kind].icon} />
          <strong>{label}</strong>
          {n === 0 ? (
            <span>could not be scored</span>
          ) : (
            <span>
              {VERDICTS[kind].word.toLowerCase()}: {points(before)} to {points(after)} ({signedPoints(delta)},
              95% {intervalPoints(interval)}, {count(n, 'row')})
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}

function headingOf({ verdict, phase, stop }: RunSnapshot): Heading {
  if (verdict) return VERDICTS[verdict.kind];
  if (phase !== 'stopped') return phase === 'waiting' ? WAITING : RUNNING;
  return STOPS[stop?.reason ?? 'cancelled'];
}

function Difference({ snapshot }: { readonly snapshot: RunSnapshot }) {
  const { verdict, splits } = snapshot;
  if (verdict?.delta === undefined) return null;
  const kind = !verdict.crossFitted && splits.exam > 0 ? 'exam row' : 'row';
  const { delta, interval, n, pValue } = verdict;
  const facts = [
    interval && `95%: ${intervalPoints(interval)}`,
    n !== undefined && `n = ${count(n, kind)}${verdict.crossFitted ? ', half and half' : ''}`,
    pValue !== undefined && pValueText(pValue),
  ].filter((fact) => typeof fact === 'string');
  return (
    <div class="difference">
      <p class="gain gain-tested">
        <strong>{signedPoints(delta)}</strong> points
      </p>
      {interval && (
        <Whisker delta={delta} interval={interval} reach={differenceReach([interval])} width={200} />
      )}
      <ul class="figures">
        {facts.map((fact) => (
          <li key={fact}>{fact}</li>
        ))}
      </ul>
    </div>
  );
}

/** A gain on the rows that choose is flattering, so it is never given as the verdict. */
function BestSoFar({ snapshot }: { readonly snapshot: RunSnapshot }) {
  const { candidates, bestId, phase, verdict, splits } = snapshot;
  const best = candidates.find((each) => each.id === bestId && each.status !== 'baseline');
  const baseline = candidates.find((each) => each.status === 'baseline');
  if (baseline?.score === undefined) return null;
  const { name, score = baseline.score } = best ?? baseline;
  return (
    <>
      <div class="difference">
        <p class="gain">
          <strong>{points(score)}</strong> points{best && ', best so far'}
        </p>
        <ul class="figures">
          <li>{candidateLabel(name)}</li>
          {best && <li>the baseline has {points(baseline.score)}</li>}
        </ul>
      </div>
      {best && phase !== 'stopped' && !verdict && splits.exam > 0 && (
        <p class="next-step">
          The rows that chose it flatter it. The verdict will come from rows kept apart.
        </p>
      )}
    </>
  );
}
