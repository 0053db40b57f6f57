import type { Interval } from '../src/core/statistics.js';
import { linear } from './scale.js';

interface WhiskerProps {
  readonly delta: number;
  readonly interval: Interval;
  /** The scale goes from `-reach` to `reach`. */
  readonly reach: number;
  readonly width: number;
}

const HEIGHT = 16;
const MARGIN = 4;

/** A difference with its interval against no difference. The numbers stand beside it, so it is only a picture. */
export function Whisker({ delta, interval, reach, width }: WhiskerProps) {
  const x = linear([-reach, reach], [MARGIN, width - MARGIN]);
  const [low, high] = interval;
  const tone = low > 0 ? 'positive' : high < 0 ? 'negative' : 'neutral';
  const middle = HEIGHT / 2;
  return (
    <svg class={`whisker tone-${tone}`} width={width} height={HEIGHT} aria-hidden="true">
      <line class="scale" x1={MARGIN} x2={width - MARGIN} y1={middle} y2={middle} />
      <line class="zero" x1={x(0)} x2={x(0)} y1={1} y2={HEIGHT - 1} />
      <line class="range" x1={x(low)} x2={x(high)} y1={middle} y2={middle} />
      <circle class="value" cx={x(delta)} cy={middle} r={3.5} />
    </svg>
  );
}
