import type * as vscode from 'vscode';
import type { Effort } from '../core/run.js';
import type { Backend } from '../models/index.js';
import { SETTINGS, type SettingName } from '../contributions.js';
import type { VsCode } from './vscode.js';

export interface Settings {
  readonly taskModel: string;
  /** Empty for the same as the task model. */
  readonly optimizerModel: string;
  readonly baseUrl: string;
  readonly strategy: string;
  /** By strategy, as the user wrote them: nothing has checked them yet. */
  readonly strategySettings: unknown;
  readonly effort: Effort;
  /** 0 for what the effort gives. */
  readonly maxCalls: number;
  /** Absent for as many as the endpoint takes. */
  readonly concurrency?: number;
  readonly hedge: boolean;
  readonly backend: Backend;
}

/** The settings that hold for a file or folder. */
export function readSettings(api: VsCode, scope?: vscode.Uri): Settings {
  const configuration = api.workspace.getConfiguration(undefined, scope ?? null);
  const text = (name: SettingName) => String(configuration.get(SETTINGS[name].key) ?? '').trim();
  const number = (name: SettingName) => Number(configuration.get(SETTINGS[name].key)) || 0;
  const concurrency = Math.floor(number('concurrency'));
  return {
    taskModel: text('taskModel'),
    optimizerModel: text('optimizerModel'),
    baseUrl: text('baseUrl') || SETTINGS.baseUrl.default,
    strategy: text('strategy') || SETTINGS.strategy.default,
    strategySettings: configuration.get(SETTINGS.strategySettings.key) ?? {},
    effort: effortOf(text('effort')),
    maxCalls: Math.max(0, Math.floor(number('maxCalls'))),
    ...(concurrency >= SETTINGS.concurrency.minimum && { concurrency }),
    hedge: configuration.get(SETTINGS.hedge.key) !== false,
    backend: text('backend') === 'batch' ? 'batch' : 'live',
  };
}

function effortOf(text: string): Effort {
  return (Object.hasOwn(SETTINGS.effort.choices, text) ? text : SETTINGS.effort.default) as Effort;
}

/**
 * Writes a setting where it is set already, so that the user's choice takes effect; else where `target` says.
 * Only called when the user has just chosen the value.
 */
export async function writeSetting(
  api: VsCode,
  name: SettingName,
  value: string | number,
  target: vscode.ConfigurationTarget,
): Promise<void> {
  const configuration = api.workspace.getConfiguration();
  const { key } = SETTINGS[name];
  const set = configuration.inspect(key);
  const level =
    set?.workspaceFolderValue !== undefined || set?.workspaceValue !== undefined
      ? api.ConfigurationTarget.Workspace
      : target;
  await configuration.update(key, value, level);
}
