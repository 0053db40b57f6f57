/** The engine as one module, so that the editor can load it on first use. */
export * from './formats/index.js';
export * from './workspace/index.js';
export * from './runs/index.js';
