import type * as engine from '../engine.js';

/** The engine: formats, workspace, models and runs. A bundle of its own, which no one pays for before the first use. */
export type Engine = typeof engine;

let loading: Promise<Engine> | undefined;

/** Loads the engine on first use. */
export function loadEngine(): Promise<Engine> {
  loading ??= import('../engine.js');
  return loading;
}
