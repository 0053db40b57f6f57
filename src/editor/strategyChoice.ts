import { HoneError } from '../core/errors.js';
import type { Effort } from '../core/run.js';
import type { RunOptions } from '../runs/index.js';
import type { PromptTask } from '../workspace/index.js';
import { SETTINGS } from '../contributions.js';
import { loadEngine } from './engine.js';
import type { NoticeAction } from './notices.js';
import type { Settings } from './settings.js';
import type { VsCode } from './vscode.js';

/** What a run may say of how new prompts are proposed; the rest comes from the settings. */
export type StrategyOptions = Pick<RunOptions, 'strategy' | 'strategySettings'>;

/** An error in the settings, which a button can lead to. */
class SettingError extends HoneError {
  constructor(
    readonly key: string,
    message: string,
    nextStep: string,
  ) {
    super({ reason: 'bad-config', message: `In the setting ${key}: ${message}`, nextStep });
  }
}

/**
 * The user's own choice; where the settings are left alone, what hone.yaml names goes before their default.
 * @throws HoneError `bad-config` that names the setting which does not fit; `bad-usage` when what was given does not
 */
export async function strategyOptions(
  given: StrategyOptions,
  settings: Pick<Settings, 'strategy' | 'strategySettings'>,
  { defaults }: Pick<PromptTask, 'defaults'>,
): Promise<StrategyOptions> {
  const usual = SETTINGS.strategy.default;
  const isLeft = settings.strategy === usual && defaults?.strategy !== undefined;
  const configured = isLeft ? undefined : settings.strategy;
  const chosen = given.strategy ?? configured;
  const strategy = await inSetting(SETTINGS.strategy.key, given.strategy === undefined && !isLeft, () =>
    check(chosen ?? defaults?.strategy ?? usual),
  );
  const values = await inSetting(SETTINGS.strategySettings.key, true, () =>
    checkedSettings(strategy, settings.strategySettings),
  );
  const all = { ...values, ...given.strategySettings };
  return {
    ...(chosen !== undefined && { strategy: chosen }),
    ...(Object.keys(all).length > 0 && { strategySettings: all }),
  };
}

/** What a user may do about an error in the settings, besides reading it. */
export function settingsWayOut(api: VsCode, error: unknown): NoticeAction[] {
  if (!(error instanceof SettingError)) return [];
  const { key } = error;
  const run = () => api.commands.executeCommand('workbench.action.openSettings', `@id:${key}`);
  return [{ label: 'Open Settings', run }];
}

/** Asks how new prompts are proposed, and how long a run looks for them. Undefined when the user cancels. */
export async function askStrategy(
  api: VsCode,
  current: { readonly strategy: string; readonly effort: Effort },
): Promise<{ readonly strategy: string; readonly effort: Effort } | undefined> {
  const { STRATEGIES } = await loadEngine();
  const strategies = STRATEGIES.map(({ id, summary }) => item(id, summary, current.strategy));
  const strategy = await api.window.showQuickPick(inOrder(strategies), {
    title: 'How should new prompts be proposed?',
    placeHolder: `For this run. ${SETTINGS.strategy.key} says it for every run.`,
    matchOnDetail: true,
    ignoreFocusOut: true,
  });
  if (!strategy) return undefined;
  const efforts = Object.entries(SETTINGS.effort.choices).map(([id, text]) => item(id, text, current.effort));
  const effort = await api.window.showQuickPick(inOrder(efforts), {
    title: 'How long should it look?',
    placeHolder: 'The number of requests is shown before anything is sent.',
    ignoreFocusOut: true,
  });
  return effort && { strategy: strategy.label, effort: effort.label as Effort };
}

function item(label: string, detail: string, current: string) {
  return { label, detail, ...(label === current && { description: 'as it is now' }) };
}

/** What holds now stands first, so that Enter keeps it. */
function inOrder<T extends { readonly description?: string }>(items: readonly T[]): T[] {
  return [...items].sort((a, b) => Number(b.description !== undefined) - Number(a.description !== undefined));
}

async function check(id: string): Promise<string> {
  const { strategyOf } = await loadEngine();
  return strategyOf(id).id;
}

/** The part of the setting that is about a strategy. Parts about others are checked when those are used. */
async function checkedSettings(
  strategy: string,
  setting: unknown,
): Promise<StrategyOptions['strategySettings']> {
  if (!isObject(setting)) throw notAnObject('it', '{ "gepa": { "minibatch": 5 } }');
  const { configureStrategy, STRATEGIES, strategyOf } = await loadEngine();
  for (const id of Object.keys(setting)) strategyOf(id);
  const own = setting[strategy];
  if (own === undefined) return undefined;
  if (!isObject(own)) throw notAnObject(`"${strategy}"`, '{ "minibatch": 5 }');
  const values = own as NonNullable<StrategyOptions['strategySettings']>;
  configureStrategy(
    STRATEGIES.find(({ id }) => id === strategy)!,
    values,
  );
  return values;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function notAnObject(what: string, example: string): HoneError {
  return new HoneError({
    reason: 'bad-usage',
    message: `${what} has to be an object.`,
    nextStep: `Write it like ${example}.`,
  });
}

/** Says which setting an error comes from, where it comes from one. */
async function inSetting<T>(key: string, isSetting: boolean, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!isSetting || !HoneError.is(error)) throw error;
    throw new SettingError(key, error.message, error.nextStep);
  }
}
