import type { Reading } from './reading.js';

/** One thing that the stand-in can do. Like a model, it does it well only when the prompt says what is wanted. */
export interface Skill {
  readonly id: string;
  /** How well a request fits, from 0 (not at all). */
  fits(reading: Reading): number;
  /** @param draw a text that decides between equally good answers; equal for equal requests */
  answer(reading: Reading, draw: string): string;
}
