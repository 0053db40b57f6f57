/**
 * Everything that package.json contributes to the editor, as typed tables. The manifest is checked against them in a
 * test, and the code takes its ids from here, so that neither can drift.
 */

/** A command as package.json declares it. */
export interface CommandContribution {
  readonly id: string;
  /**
   * A verb first; the category `Hone` goes before it in the palette. A title that begins with `Hone:` has no category: it
   * stands in menus beside commands of others, where categories are not shown.
   */
  readonly title: string;
  /** A product icon, where the command has a button. */
  readonly icon?: string;
  /** When the command is offered in the palette; absent for always, `false` for commands that need an argument. */
  readonly palette?: string;
}

export const CONTEXT_KEYS = {
  /** The active editor shows a prompt file. */
  activeIsPrompt: 'hone.activeIsPrompt',
  /** A run is going on in this window. */
  running: 'hone.running',
} as const;

export const COMMANDS = {
  optimize: { id: 'hone.optimize', title: 'Hone: Optimize', icon: '$(sparkle)' },
  evaluate: { id: 'hone.evaluate', title: 'Score Without Changing', icon: '$(beaker)' },
  optimizeSelection: {
    id: 'hone.optimizeSelection',
    title: 'Hone: Optimize Selected String',
    palette: 'editorHasSelection && resourceExtname =~ /^\\.(py|[jt]sx?|mjs)$/',
  },
  stop: { id: 'hone.stop', title: 'Stop Run', icon: '$(debug-stop)', palette: CONTEXT_KEYS.running },
  resume: { id: 'hone.resume', title: 'Resume Run', icon: '$(debug-continue)' },
  openPanel: { id: 'hone.openPanel', title: 'Open Run', icon: '$(graph-line)' },
  acceptBest: { id: 'hone.acceptBest', title: 'Accept Best Candidate', icon: '$(check)' },
  pickTestSet: { id: 'hone.pickTestSet', title: 'Choose Test Set', icon: '$(checklist)' },
  mapColumns: { id: 'hone.mapColumns', title: 'Map Columns', icon: '$(list-selection)' },
  chooseModels: { id: 'hone.chooseModels', title: 'Choose Models', icon: '$(server)' },
  showWhatIsSent: { id: 'hone.showWhatIsSent', title: 'Show What Will Be Sent', icon: '$(eye)' },
  setApiKey: { id: 'hone.setApiKey', title: 'Set API Key' },
  clearApiKey: { id: 'hone.clearApiKey', title: 'Clear API Key' },
  refresh: { id: 'hone.refresh', title: 'Refresh', icon: '$(refresh)' },
  showLog: { id: 'hone.showLog', title: 'Show Log' },
} as const satisfies Record<string, CommandContribution>;

export type CommandName = keyof typeof COMMANDS;

/** A setting as package.json declares it. */
export interface SettingContribution {
  readonly key: string;
  /** With `null`: it may be left unset. */
  readonly type: 'string' | 'number' | 'boolean' | 'object' | readonly ['number', 'null'];
  readonly default: string | number | boolean | object | null;
  /** What may be chosen, each with one sentence. Of the strategies, their registry says it. */
  readonly choices?: Readonly<Record<string, string>>;
  readonly minimum?: number;
  readonly maximum?: number;
  /** Whether a workspace that is not trusted may not set it: it decides what is sent where, or what is spent. */
  readonly restricted: boolean;
}

export const SETTINGS = {
  taskModel: { key: 'hone.taskModel', type: 'string', default: '', restricted: true },
  optimizerModel: { key: 'hone.optimizerModel', type: 'string', default: '', restricted: true },
  baseUrl: { key: 'hone.baseUrl', type: 'string', default: 'https://api.openai.com/v1', restricted: true },
  strategy: {
    key: 'hone.strategy',
    type: 'string',
    default: 'hone',
    restricted: false,
  },
  strategySettings: { key: 'hone.strategySettings', type: 'object', default: {}, restricted: true },
  effort: {
    key: 'hone.effort',
    type: 'string',
    default: 'normal',
    choices: {
      quick: 'A first impression.',
      normal: 'What most prompts need.',
      thorough: 'For prompts that matter and test sets that can tell.',
    },
    restricted: true,
  },
  maxCalls: { key: 'hone.maxCalls', type: 'number', default: 0, minimum: 0, restricted: true },
  concurrency: {
    key: 'hone.concurrency',
    type: ['number', 'null'],
    default: null,
    minimum: 1,
    maximum: 512,
    restricted: true,
  },
  hedge: { key: 'hone.hedge', type: 'boolean', default: true, restricted: true },
  backend: {
    key: 'hone.backend',
    type: 'string',
    default: 'live',
    choices: {
      live: 'One request per row, answered at once.',
      batch:
        "Many rows together through the endpoint's Batch API: often at half the price, and within a day.",
    },
    restricted: true,
  },
} as const satisfies Record<string, SettingContribution>;

export type SettingName = keyof typeof SETTINGS;

export const VIEW_CONTAINER = 'hone';

export const VIEWS = {
  prompts: { id: 'hone.prompts', name: 'Prompts' },
  runs: { id: 'hone.runs', name: 'Runs' },
} as const;

/** `viewItem` values of the trees, for menus. */
export const TREE_ITEMS = {
  prompt: 'prompt',
  runQueued: 'run.queued',
  runActive: 'run.active',
  runStopped: 'run.stopped',
  runDone: 'run.done',
} as const;

/** The webview panel that shows a run. */
export const PANEL_TYPE = 'hone.run';

/** The scheme of candidates, baselines and reports that are shown as read-only documents. */
export const DOCUMENT_SCHEME = 'hone';

/** Everything that makes the editor load the extension, besides its commands and views. */
export const ACTIVATION_EVENTS = [
  'onLanguage:prompt',
  'onLanguage:instructions',
  'onLanguage:chatagent',
  'onLanguage:skill',
  'onLanguage:markdown',
  'onLanguage:plaintext',
  'onLanguage:yaml',
  'onLanguage:handlebars',
  `onWebviewPanel:${PANEL_TYPE}`,
] as const;
