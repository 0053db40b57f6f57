import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { PageRequest, RunSnapshot } from '../src/protocol.js';
import { compact, costText, count, durationText, splitPath } from './format.js';
import { Icon } from './icons.js';
import { Ledger } from './ledger.js';
import { Button } from './ui.js';

interface HeaderProps {
  readonly snapshot: RunSnapshot;
  readonly send: (body: PageRequest) => void;
  readonly isWaitingFor: (body: PageRequest) => boolean;
}

/** What the run is about, what it has spent, and how to stop it. */
export function Header({ snapshot, send, isWaitingFor }: HeaderProps) {
  const { promptPath, testsetPath, splits, strategy, wishes, modelLabels, simulatedNotice, phase, stop } =
    snapshot;
  const [folders, name] = splitPath(promptPath);
  const { task, optimizer } = modelLabels;
  return (
    <header class="header">
      <div class="title">
        <h1>
          <span class="folders">{folders}</span>
          {name}
        </h1>
        <div class="buttons">
          {phase !== 'stopped' && (
            <Button
              icon="stop"
              disabled={isWaitingFor({ kind: 'stop' })}
              onPress={() => send({ kind: 'stop' })}
            >
              Stop
            </Button>
          )}
          {phase === 'stopped' && stop?.resumable && (
            <Button
              icon="play"
              disabled={isWaitingFor({ kind: 'resume' })}
              onPress={() => send({ kind: 'resume' })}
            >
              Resume
            </Button>
          )}
        </div>
      </div>
      <dl class="facts">
        <Fact name="Test set">
          {testsetPath} <span class="muted">({splitsText(splits)})</span>
        </Fact>
        <Fact name="Strategy">{strategy}</Fact>
        {wishes?.guidance && <Fact name="Your guidance">{wishes.guidance}</Fact>}
        {wishes?.pinned && <Fact name="Pinned">{wishes.pinned.join(' · ')}</Fact>}
        {wishes?.maxWords !== undefined && (
          <Fact name="Length">at most {count(wishes.maxWords, 'word')}</Fact>
        )}
        {task === optimizer ? (
          <Fact name="Model">{task}</Fact>
        ) : (
          <>
            <Fact name="Task model">{task}</Fact>
            <Fact name="Optimizer model">{optimizer}</Fact>
          </>
        )}
      </dl>
      <Meter snapshot={snapshot} />
      {simulatedNotice && (
        <p class="notice">
          <Icon name="info" />
          <span>{simulatedNotice}</span>
        </p>
      )}
    </header>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function splitsText({ train, validation, exam }: RunSnapshot['splits']): string {
  const kept = exam > 0 ? `, ${exam} exam` : '';
  return `${count(train + validation + exam, 'row')}: ${train} train, ${validation} validation${kept}`;
}

/** Spending: calls against their limit, and what else is known. */
function Meter({ snapshot }: { readonly snapshot: RunSnapshot }) {
  const { calls, maxCalls, cached, promptTokens, completionTokens, cost, saved, byRole } = snapshot.usage;
  return (
    <div class="meter">
      <progress
        value={Math.min(calls, maxCalls)}
        max={Math.max(1, maxCalls)}
        aria-label="Calls made, of the most allowed"
      />
      <ul class="figures">
        <li>
          <strong>{calls.toLocaleString('en-US')}</strong> of {count(maxCalls, 'call')}
        </li>
        <li>{cached.toLocaleString('en-US')} cached</li>
        <li
          title={`${promptTokens.toLocaleString('en-US')} in prompts, ${completionTokens.toLocaleString('en-US')} in answers`}
        >
          {compact(promptTokens + completionTokens)} tokens
        </li>
        <li>{costText(cost)}</li>
        <li>
          <Elapsed
            startedAt={snapshot.startedAt}
            endedAt={snapshot.endedAt}
            isLive={snapshot.phase !== 'stopped'}
          />
        </li>
      </ul>
      <Ledger entries={byRole} saved={saved} />
    </div>
  );
}

interface ElapsedProps {
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  readonly isLive: boolean;
}

function Elapsed({ startedAt, endedAt, isLive }: ElapsedProps) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!isLive) return undefined;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [isLive]);
  if (!isLive && endedAt === undefined) return <>interrupted</>;
  return <>{durationText((isLive ? Math.max(now, startedAt) : endedAt!) - startedAt)}</>;
}
