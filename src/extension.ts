import * as vscode from 'vscode';
import { Hone } from './editor/hone.js';

/** What `activate` gives to other extensions and to tests. */
export interface HoneExports {
  readonly hone: Hone;
  /** How long `activate` took, in milliseconds. */
  readonly activationMs: number;
}

/** Builds the extension. Synchronous: nothing is read, sent or awaited here, and the engine is not loaded. */
export function activate(context: vscode.ExtensionContext): HoneExports {
  const before = performance.now();
  const hone = new Hone(vscode, context);
  context.subscriptions.push(hone);
  return { hone, activationMs: performance.now() - before };
}
