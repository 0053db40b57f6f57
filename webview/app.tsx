import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { PageRequest, RunSnapshot } from '../src/protocol.js';
import { Alerts } from './alerts.js';
import { Candidates } from './candidates.js';
import { Curve } from './curve.js';
import { Detail } from './detail.js';
import { Header } from './header.js';
import { isPending, type HostLink, type HostState } from './host.js';
import { LiveStatus } from './liveStatus.js';
import { Activity } from './ui.js';
import { Verdict } from './verdict.js';

/** A host that has not answered by then is not going to. Milliseconds. */
const FIRST_SNAPSHOT_TIMEOUT = 5000;

/** The whole page. */
export function App({ link }: { readonly link: HostLink }) {
  const [state, setState] = useState(link.state);
  // Not a plain effect: those run after the first frame, and the host may have answered by then.
  useLayoutEffect(() => link.subscribe(() => setState(link.state)), [link]);
  const { snapshot } = state;
  return (
    <main class="page">
      <Alerts failures={state.failures} onDismiss={(id) => link.dismiss(id)} />
      {snapshot ? <Run link={link} state={state} snapshot={snapshot} /> : <Loading />}
      <LiveStatus snapshot={snapshot} notice={state.notice} />
    </main>
  );
}

function Loading() {
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), FIRST_SNAPSHOT_TIMEOUT);
    return () => clearTimeout(timer);
  }, []);
  if (!isLate) {
    return (
      <p class="loading">
        <Activity /> Loading the run…
      </p>
    );
  }
  return (
    <div class="loading-late">
      <h1>The run has not arrived</h1>
      <p>
        Hone has sent nothing to this panel for five seconds. Close it and open the run again from the Runs
        view.
      </p>
    </div>
  );
}

interface RunProps {
  readonly link: HostLink;
  readonly state: HostState;
  readonly snapshot: RunSnapshot;
}

function Run({ link, state, snapshot }: RunProps) {
  const { selected } = snapshot;
  const selectedId = state.wanted?.candidateId ?? selected?.id;
  const against = state.wanted?.against ?? selected?.against ?? 'baseline';
  const send = useCallback((body: PageRequest) => link.send(body), [link]);
  const isWaitingFor = (body: PageRequest) => isPending(state, body);

  const list = useRef<HTMLTableElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const goingTo = useRef<string>(undefined);
  const select = (candidateId: string, enter: boolean) => {
    goingTo.current = enter ? candidateId : undefined;
    if (candidateId !== selectedId) send({ kind: 'select', candidateId, against });
    else if (enter) heading.current?.focus();
  };
  useEffect(() => {
    if (state.wanted || goingTo.current === undefined) return;
    if (goingTo.current === selected?.id) heading.current?.focus();
    goingTo.current = undefined;
  }, [state.wanted, selected?.id]);

  const candidate = snapshot.candidates.find((each) => each.id === selected?.id);
  return (
    <>
      <Header snapshot={snapshot} send={send} isWaitingFor={isWaitingFor} />
      <div class="overview">
        <Verdict snapshot={snapshot} />
        <Curve
          snapshot={snapshot}
          selectedName={snapshot.candidates.find((each) => each.id === selectedId)?.name}
          onSelect={(name) => {
            const found = snapshot.candidates.find((each) => each.name === name);
            if (found) select(found.id, false);
          }}
        />
      </div>
      <Candidates snapshot={snapshot} selectedId={selectedId} onSelect={select} tableRef={list} />
      {selected && candidate && (
        <Detail
          candidate={candidate}
          detail={selected}
          against={against}
          isStale={state.wanted !== undefined}
          notice={state.notice}
          send={send}
          isWaitingFor={isWaitingFor}
          onLeave={() => list.current?.querySelector<HTMLElement>('tr[tabindex="0"]')?.focus()}
          headingRef={heading}
        />
      )}
    </>
  );
}
