import type { RunSnapshot } from '../src/protocol.js';

/** Where things lie in a picture, in CSS pixels. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Maps a range of numbers to a range of pixels. */
export function linear(
  from: readonly [number, number],
  to: readonly [number, number],
): (value: number) => number {
  const [low, high] = from;
  const span = high - low;
  return (value) => (span === 0 ? to[0] : to[0] + ((value - low) / span) * (to[1] - to[0]));
}

/** Round numbers from 0 to at least `max`, about `wanted` of them, in steps of 1, 2 or 5 times a power of ten. */
export function ticks(max: number, wanted: number): number[] {
  const rough = Math.max(1, max / wanted);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= rough)!;
  const steps = Math.max(1, Math.ceil(max / step));
  return Array.from({ length: steps + 1 }, (_, index) => Math.round(index * step));
}

/** The path of the best score so far: level between candidates, upright where one is better. */
export function bestPath(
  curve: RunSnapshot['curve'],
  until: number,
  x: (calls: number) => number,
  y: (score: number) => number,
): string {
  const [first, ...rest] = curve;
  if (!first) return '';
  const steps = rest.map((point) => `H${x(point.calls).toFixed(1)}V${y(point.best).toFixed(1)}`);
  return `M${x(first.calls).toFixed(1)} ${y(first.best).toFixed(1)}${steps.join('')}H${x(until).toFixed(1)}`;
}

/** Half the width of a difference scale that fits all intervals, in steps of ten points. @returns in (0, 1] */
export function differenceReach(intervals: readonly (readonly [number, number])[]): number {
  const widest = Math.max(0.1, ...intervals.flatMap(([low, high]) => [Math.abs(low), Math.abs(high)]));
  return Math.min(1, Math.ceil(widest * 10 - 1e-9) / 10);
}
