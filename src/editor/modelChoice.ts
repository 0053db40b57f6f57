import type * as vscode from 'vscode';
import { HoneError } from '../core/errors.js';
import type { RunSetup } from '../core/run.js';
import type { CreateModelOptions } from '../models/index.js';
import type { Model } from '../models/model.js';
import type { RunModels } from '../runs/index.js';
import { SETTINGS } from '../contributions.js';
import { EDITOR_PROVIDER, findChatModel, listChatModels } from './chatModels.js';
import { loadEngine } from './engine.js';
import { hostOf, type ApiKeys } from './secrets.js';
import { readSettings, writeSetting, type Settings } from './settings.js';
import { workspaceRoots } from './targets.js';
import type { VsCode } from './vscode.js';

/** Models by name: `openai:NAME`, `editor:ID` or `sandbox`. */
export interface ModelNames {
  readonly task: string;
  readonly optimizer: string;
  /** The endpoint of openai models. */
  readonly baseUrl: string;
}

/** The editor's models have limits that nobody publishes: one request at a time keeps chat usable beside a run. */
const EDITOR_CONCURRENCY = 1;

const OPENAI = 'openai:';

type Provider = 'editor' | 'openai' | 'sandbox';

/** Which models work on a run: from the settings, or asked for. */
export class ModelChoice {
  constructor(
    private readonly api: VsCode,
    private readonly keys: ApiKeys,
  ) {}

  /** The models that the settings name, or what was given instead; undefined when there is none. */
  configured(
    given: { readonly taskModel?: string; readonly optimizerModel?: string },
    scope?: vscode.Uri,
  ): ModelNames | undefined {
    const settings = readSettings(this.api, scope);
    const task = given.taskModel ?? settings.taskModel;
    if (!task) return undefined;
    const optimizer = given.optimizerModel ?? (given.taskModel ? '' : settings.optimizerModel);
    return { task, optimizer: optimizer || task, baseUrl: settings.baseUrl };
  }

  /** Asks for the models and keeps the answer in the settings; undefined when the user cancels. */
  async choose(): Promise<ModelNames | undefined> {
    const items: (vscode.QuickPickItem & { provider: Provider })[] = [
      {
        provider: 'editor',
        label: "The editor's own models",
        detail:
          'No key needed. Uses the quota of your own subscription (such as Copilot), one request at a time.',
      },
      {
        provider: 'openai',
        label: 'An OpenAI-compatible endpoint',
        detail: 'OpenAI, a gateway, or a server of your own. Asks for its address, a model and a key.',
      },
      {
        provider: 'sandbox',
        label: 'Sandbox (simulated, no LLM)',
        detail:
          'Fixed rules on this machine, to try Hone on its examples. Says nothing about your own prompts.',
      },
    ];
    const picked = await this.api.window.showQuickPick(items, {
      title: 'Which models should Hone use?',
      placeHolder: 'Your choice is kept in the settings. Nothing is sent before you confirm a run.',
    });
    const names = picked && (await this.ask(picked.provider));
    if (names) await this.keep(names, picked.provider);
    return names;
  }

  /** @throws HoneError `bad-config`, `no-model` or `unauthorized`, naming the model. */
  async build(
    names: ModelNames,
    { concurrency, hedge, backend }: Pick<Settings, 'concurrency' | 'hedge' | 'backend'>,
  ): Promise<RunModels> {
    const { model: task, batches } =
      backend === 'batch' && names.task.startsWith(OPENAI)
        ? await this.batchedModel(names.task, names.baseUrl)
        : { model: await this.model(names.task, names.baseUrl) };
    const optimizer =
      names.optimizer === names.task && !batches ? task : await this.model(names.optimizer, names.baseUrl);
    const usesEditor = [task, optimizer].some((model) => isEditorModel(model.id));
    const usesEndpoint = [task, optimizer].some((model) => model.id.startsWith(OPENAI));
    return {
      models: { task, optimizer, judge: optimizer },
      ...(batches && { batches }),
      ...(usesEditor ? { concurrency: EDITOR_CONCURRENCY } : concurrency !== undefined && { concurrency }),
      hedge,
      ...(usesEndpoint && { baseUrl: names.baseUrl }),
    };
  }

  /** The models that a stored run was started with. */
  async rebuild(setup: RunSetup): Promise<RunModels> {
    const settings = readSettings(this.api);
    const names = {
      task: setup.models.task.id,
      optimizer: setup.models.optimizer.id,
      baseUrl: setup.baseUrl ?? settings.baseUrl,
    };
    const models = await this.build(names, { ...settings, backend: setup.backend ?? 'live' });
    const targets = await Promise.all((setup.targets ?? []).map(({ id }) => this.model(id, names.baseUrl)));
    return { ...models, ...(targets.length > 0 && { targets }) };
  }

  private async model(name: string, baseUrl: string): Promise<Model> {
    if (isEditorModel(name)) return findChatModel(this.api, name.slice(EDITOR_PROVIDER.length + 1));
    const { createModel } = await loadEngine();
    if (!name.startsWith(OPENAI)) return createModel(name);
    return createModel(name, await this.connection(baseUrl));
  }

  private async batchedModel(name: string, baseUrl: string) {
    const { createBatchedModel } = await loadEngine();
    return createBatchedModel(name, await this.connection(baseUrl));
  }

  /** The endpoint with its key. */
  private async connection(baseUrl: string): Promise<CreateModelOptions> {
    const host = hostOf(baseUrl);
    if (host === undefined) {
      throw new HoneError({
        reason: 'bad-config',
        message: `The setting ${SETTINGS.baseUrl.key} is not a web address: ${baseUrl}`,
        nextStep: 'Write the whole address, for example http://127.0.0.1:11434/v1.',
      });
    }
    const apiKey = await this.keys.get(host);
    return { baseUrl, ...(apiKey && { apiKey }) };
  }

  private async ask(provider: Provider): Promise<ModelNames | undefined> {
    const { baseUrl } = readSettings(this.api);
    if (provider === 'sandbox') return { task: 'sandbox', optimizer: 'sandbox', baseUrl };
    return provider === 'editor' ? this.askEditorModels(baseUrl) : this.askEndpoint(baseUrl);
  }

  private async askEditorModels(baseUrl: string): Promise<ModelNames | undefined> {
    const models = await listChatModels(this.api);
    if (models.length === 0) {
      throw new HoneError({
        reason: 'no-model',
        message: 'The editor offers no language model at the moment.',
        nextStep: 'Sign in to an extension that provides one (such as Copilot), or choose an endpoint.',
        place: { host: 'the editor' },
      });
    }
    const items = models.map((model) => ({
      label: model.name,
      description: model.vendor,
      detail: `${model.family}, up to ${model.maxInputTokens.toLocaleString('en')} tokens in`,
      name: `${EDITOR_PROVIDER}:${model.id}`,
    }));
    const task = await this.api.window.showQuickPick(items, { title: 'The model that your prompt is for' });
    if (!task) return undefined;
    const optimizer = await this.api.window.showQuickPick(
      [{ label: 'The same model', description: task.label, name: task.name }, ...items],
      { title: 'The model that proposes new prompts' },
    );
    return optimizer && { task: task.name, optimizer: optimizer.name, baseUrl };
  }

  private async askEndpoint(current: string): Promise<ModelNames | undefined> {
    const baseUrl = await this.api.window.showInputBox({
      title: 'Address of the endpoint',
      value: current,
      ignoreFocusOut: true,
      prompt: 'The part before /chat/completions, for example https://api.openai.com/v1',
      validateInput: (text) => (hostOf(text.trim()) ? undefined : 'Write a whole http or https address.'),
    });
    if (!baseUrl) return undefined;
    const task = await this.askModelName('The model that your prompt is for', 'For example gpt-4.1-mini');
    if (!task) return undefined;
    const optimizer = await this.askModelName(
      'The model that proposes new prompts',
      'Leave empty for the same model',
    );
    if (optimizer === undefined) return undefined;
    const host = hostOf(baseUrl.trim())!;
    if ((await this.keys.get(host)) === undefined && !(await this.askKey(host))) return undefined;
    return { task: `openai:${task}`, optimizer: `openai:${optimizer || task}`, baseUrl: baseUrl.trim() };
  }

  private async askModelName(title: string, prompt: string): Promise<string | undefined> {
    const name = await this.api.window.showInputBox({ title, prompt, ignoreFocusOut: true });
    return name?.trim();
  }

  /** Asks for a host's key and stores it. @returns false when the user cancels; an empty answer means that none is needed */
  async askKey(host: string): Promise<boolean> {
    const key = await this.api.window.showInputBox({
      title: `API key for ${host}`,
      prompt: `Kept in the editor's secret storage and sent to ${host} only. Leave empty when it needs none.`,
      password: true,
      ignoreFocusOut: true,
    });
    if (key === undefined) return false;
    if (key.trim()) await this.keys.set(host, key.trim());
    return true;
  }

  /** The sandbox is chosen for one workspace only, so that it never stands in for a model elsewhere. */
  private async keep(names: ModelNames, provider: Provider): Promise<void> {
    const { ConfigurationTarget } = this.api;
    const target =
      provider === 'sandbox' && workspaceRoots(this.api).length > 0
        ? ConfigurationTarget.Workspace
        : ConfigurationTarget.Global;
    if (provider === 'openai') await writeSetting(this.api, 'baseUrl', names.baseUrl, target);
    await writeSetting(this.api, 'taskModel', names.task, target);
    const optimizer = names.optimizer === names.task ? '' : names.optimizer;
    await writeSetting(this.api, 'optimizerModel', optimizer, target);
  }
}

export function isEditorModel(name: string): boolean {
  return name.startsWith(`${EDITOR_PROVIDER}:`);
}
