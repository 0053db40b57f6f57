import type { ModelDescription, Price, PriceTable } from '../core/run.js';

/**
 * What the table below speaks of. Prices change: an entry under `prices` in hone.yaml goes before the table.
 * Taken from the providers' public price pages, for text, standard processing.
 */
export const PRICES_AS_OF = 'December 2025';

type Row = readonly [prompt: number, completion: number, cached?: number, long?: Price['long']];

interface Provider {
  /** Hosts whose prices these are. The same name behind another host may cost anything. */
  readonly hosts: readonly string[];
  /** Share of the price for batches. */
  readonly batch?: number;
  readonly models: Readonly<Record<string, Row>>;
}

/** US dollars per million tokens. */
const PROVIDERS: readonly Provider[] = [
  {
    hosts: ['api.openai.com'],
    batch: 0.5,
    models: {
      'gpt-5': [1.25, 10, 0.125],
      'gpt-5-mini': [0.25, 2, 0.025],
      'gpt-5-nano': [0.05, 0.4, 0.005],
      'gpt-4.1': [2, 8, 0.5],
      'gpt-4.1-mini': [0.4, 1.6, 0.1],
      'gpt-4.1-nano': [0.1, 0.4, 0.025],
      'gpt-4o': [2.5, 10, 1.25],
      'gpt-4o-2024-05-13': [5, 15],
      'gpt-4o-mini': [0.15, 0.6, 0.075],
      o1: [15, 60, 7.5],
      o3: [2, 8, 0.5],
      'o3-mini': [1.1, 4.4, 0.55],
      'o4-mini': [1.1, 4.4, 0.275],
      'gpt-4-turbo': [10, 30],
      'gpt-4': [30, 60],
      'gpt-3.5-turbo': [0.5, 1.5],
    },
  },
  {
    hosts: ['api.anthropic.com'],
    batch: 0.5,
    models: {
      'claude-opus-4-5': [5, 25, 0.5],
      'claude-opus-4-1': [15, 75, 1.5],
      'claude-opus-4': [15, 75, 1.5],
      'claude-sonnet-4-5': [3, 15, 0.3],
      'claude-sonnet-4': [3, 15, 0.3],
      'claude-3-7-sonnet': [3, 15, 0.3],
      'claude-haiku-4-5': [1, 5, 0.1],
      'claude-3-5-haiku': [0.8, 4, 0.08],
      'claude-3-haiku': [0.25, 1.25, 0.03],
    },
  },
  {
    hosts: ['generativelanguage.googleapis.com'],
    batch: 0.5,
    models: {
      'gemini-2.5-pro': [1.25, 10, 0.125, { over: 200_000, prompt: 2.5, completion: 15 }],
      'gemini-2.5-flash': [0.3, 2.5, 0.03],
      'gemini-2.5-flash-lite': [0.1, 0.4, 0.01],
      'gemini-2.0-flash': [0.1, 0.4, 0.025],
      'gemini-2.0-flash-lite': [0.075, 0.3],
    },
  },
  {
    hosts: ['api.mistral.ai'],
    batch: 0.5,
    models: {
      'mistral-large-2411': [2, 6],
      'mistral-medium-2508': [0.4, 2],
      'mistral-small-2506': [0.1, 0.3],
      'codestral-2508': [0.3, 0.9],
      'open-mistral-nemo': [0.15, 0.15],
    },
  },
  {
    hosts: ['api.deepseek.com'],
    models: { 'deepseek-chat': [0.28, 0.42, 0.028], 'deepseek-reasoner': [0.28, 0.42, 0.028] },
  },
  {
    hosts: ['api.groq.com'],
    batch: 0.5,
    models: {
      'llama-3.3-70b-versatile': [0.59, 0.79],
      'llama-3.1-8b-instant': [0.05, 0.08],
      'meta-llama/llama-4-scout-17b-16e-instruct': [0.11, 0.34],
      'meta-llama/llama-4-maverick-17b-128e-instruct': [0.2, 0.6],
    },
  },
];

const FREE: Price = { prompt: 0, completion: 0 };
/** Ends of names that stand for a release of a family: a date, or whichever is the newest. */
const RELEASE = /-(?:\d{4}-\d{2}-\d{2}|20\d{6}|latest)$/;

/**
 * US dollars per million tokens of a model; undefined when it is not known. A name that ends in a date falls back to its
 * family. The sandbox and endpoints on this machine are free, unless `own` says otherwise.
 * @param own prices that the user wrote down; they go before all others, at whichever host
 */
export function priceOf(
  { id, destination }: Pick<ModelDescription, 'id' | 'destination'>,
  own: PriceTable = {},
): Price | undefined {
  const written = lookUp(own, id);
  if (written) return written;
  const [, provider, name] = /^([^:]*):?(.*)$/.exec(id)!;
  if (provider === 'sandbox') return FREE;
  if (provider !== 'openai' || name === undefined) return undefined;
  const host = hostName(destination);
  if (isThisMachine(host)) return FREE;
  const found = PROVIDERS.find(({ hosts }) => hosts.includes(host));
  const row = found && lookUp(found.models, name.replace(/^models\//, ''));
  if (!row) return undefined;
  const [prompt, completion, cached, long] = row;
  return {
    prompt,
    completion,
    ...(cached !== undefined && { cached }),
    ...(long && { long }),
    ...(found.batch !== undefined && { batch: found.batch }),
  };
}

/** As `priceOf`; for a model that sends its requests as batches, what they cost there. */
export function priceOfUse(
  model: Pick<ModelDescription, 'id' | 'destination'> & { readonly maxOutstanding?: number },
  own?: PriceTable,
): Price | undefined {
  const price = priceOf(model, own);
  if (price?.batch === undefined || model.maxOutstanding !== Infinity) return price;
  const { batch, prompt, completion } = price;
  return { prompt: prompt * batch, completion: completion * batch };
}

/** Whether a model's use is counted in requests of a subscription, which has no price per token. */
export function isCountedInRequests({ id }: Pick<ModelDescription, 'id'>): boolean {
  return /^(?:editor|vscode):/.test(id);
}

function lookUp<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return [name, name.replace(RELEASE, '')].flatMap((each) =>
    Object.hasOwn(table, each) ? [table[each]!] : [],
  )[0];
}

function hostName(destination: string): string {
  return URL.canParse(`http://${destination}`) ? new URL(`http://${destination}`).hostname : destination;
}

function isThisMachine(host: string): boolean {
  return /^(?:localhost|.+\.localhost|127(?:\.\d+){3}|\[::1\]|0\.0\.0\.0)$/.test(host);
}
