import { useEffect, useRef, useState } from 'preact/hooks';
import type { RunSnapshot } from '../src/protocol.js';
import { points } from './format.js';
import { bestPath, linear, ticks, type Frame } from './scale.js';
import { candidateLabel } from './words.js';

interface CurveProps {
  readonly snapshot: RunSnapshot;
  readonly selectedName: string | undefined;
  readonly onSelect: (name: string) => void;
}

const FRAME = { height: 184, left: 32, right: 44, top: 10, bottom: 26 } as const;
/** Until the room is measured. */
const FIRST_WIDTH = 480;

/** Score against calls: every candidate that was scored in full, and the best so far. */
export function Curve({ snapshot, selectedName, onSelect }: CurveProps) {
  const [room, width] = useWidth();
  const { curve } = snapshot;
  return (
    <section class="card curve" aria-labelledby="curve-heading">
      <div class="curve-head">
        <h2 id="curve-heading">Score by calls</h2>
        {curve.length > 0 && (
          <ul class="legend" aria-hidden="true">
            <li class="legend-best">Best so far</li>
            <li class="legend-candidate">Candidate</li>
            <li class="legend-baseline">Baseline</li>
          </ul>
        )}
      </div>
      <div ref={room} class="plot">
        {curve.length > 0 ? (
          <Plot
            snapshot={snapshot}
            frame={{ ...FRAME, width }}
            selectedName={selectedName}
            onSelect={onSelect}
          />
        ) : (
          <p class="empty">The curve begins when the prompt has been scored as it stands.</p>
        )}
      </div>
      {curve.length > 0 && <CurveTable curve={curve} />}
    </section>
  );
}

function useWidth() {
  const room = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(FIRST_WIDTH);
  useEffect(() => {
    const element = room.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => setWidth(Math.max(200, element.clientWidth)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [room, width] as const;
}

interface PlotProps extends CurveProps {
  readonly frame: Frame;
}

function Plot({ snapshot, frame, selectedName, onSelect }: PlotProps) {
  const { curve, usage } = snapshot;
  const { width, height, left, right, top, bottom } = frame;
  const until = Math.max(usage.calls, curve.at(-1)?.calls ?? 0);
  const callTicks = ticks(until, Math.max(2, Math.floor(width / 110)));
  const x = linear([0, callTicks.at(-1)!], [left, width - right]);
  const y = linear([0, 1], [height - bottom, top]);
  const baseline = curve.find((point) => point.name === 'Baseline');
  const last = curve.at(-1)!;
  return (
    <svg
      class="chart"
      width={width}
      height={height}
      role="group"
      aria-label="Score by calls; the table that follows has the same numbers"
    >
      <g class="axis" aria-hidden="true">
        {[0, 0.25, 0.5, 0.75, 1].map((score) => (
          <g key={score}>
            <line x1={left} x2={width - right} y1={y(score)} y2={y(score)} />
            <text class="y" x={left - 8} y={y(score)} dy="0.35em">
              {points(score)}
            </text>
          </g>
        ))}
        {callTicks.map((calls, at) => (
          <text key={calls} class="x" x={x(calls)} y={height - 8}>
            {calls}
            {at === callTicks.length - 1 && ' calls'}
          </text>
        ))}
      </g>
      {baseline && (
        <line
          class="baseline"
          x1={left}
          x2={width - right}
          y1={y(baseline.score)}
          y2={y(baseline.score)}
          aria-hidden="true"
        />
      )}
      <path class="best" d={bestPath(curve, until, x, y)} aria-hidden="true" />
      {curve.map((point, at) => {
        const isBest = point.score >= point.best && point.best > (curve[at - 1]?.best ?? -1);
        const isSelected = point.name === selectedName;
        return (
          <g key={point.name} class="point" onClick={() => onSelect(point.name)}>
            {isSelected && <circle class="selected" cx={x(point.calls)} cy={y(point.score)} r={8} />}
            <circle
              class={isBest ? 'dot dot-best' : 'dot'}
              cx={x(point.calls)}
              cy={y(point.score)}
              r={4}
              role="img"
            >
              <title>{pointLabel(point)}</title>
            </circle>
          </g>
        );
      })}
      <text class="end" x={x(until) + 8} y={y(last.best)} dy="0.35em" aria-hidden="true">
        {points(last.best)}
      </text>
    </svg>
  );
}

function pointLabel({ name, score, calls }: RunSnapshot['curve'][number]): string {
  return `${candidateLabel(name)}: ${points(score)} points after ${calls} calls`;
}

function CurveTable({ curve }: { readonly curve: RunSnapshot['curve'] }) {
  return (
    <table class="sr">
      <caption>Score by calls</caption>
      <thead>
        <tr>
          <th scope="col">Candidate</th>
          <th scope="col">Calls</th>
          <th scope="col">Score</th>
          <th scope="col">Best so far</th>
        </tr>
      </thead>
      <tbody>
        {curve.map((point) => (
          <tr key={point.name}>
            <th scope="row">{point.name}</th>
            <td>{point.calls}</td>
            <td>{points(point.score)}</td>
            <td>{points(point.best)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
