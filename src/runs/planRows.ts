import { HoneError } from '../core/errors.js';
import type { TestCase } from '../core/testset.js';
import { Evaluator } from '../evaluation/evaluator.js';
import { AnswerStore, requestKey, type Model } from '../models/index.js';
import type { PromptTask } from '../workspace/index.js';
import { answersFolder } from './paths.js';
import { charactersOf } from './planCost.js';

/** What is known of the prompt as it stands on the rows of its test set, before anything is sent. */
export interface MeasuredRows {
  /** Per request, as the endpoint counted those whose answers are stored; absent when there are none. */
  readonly measured?: { readonly answers: number; readonly prompt: number; readonly completion: number };
  readonly charactersPerPrompt: number;
  readonly charactersPerRow: number;
  /** Per row that has an expected answer; absent when none has. */
  readonly charactersExpected?: number;
  /** The requests of rows, by row; equal requests are sent once. Rows that cannot be sent are left out. */
  readonly keys: ReadonlyMap<string, string>;
  /** Keys among these whose answers are stored. */
  readonly stored: ReadonlySet<string>;
}

/** Renders the rows with the prompt as it stands, and looks up which answers are stored. @throws HoneError `bad-config` */
export async function measureRows(
  task: PromptTask,
  model: Model,
  options: { readonly sharedCache: boolean },
): Promise<MeasuredRows> {
  const { document, testset, scorers } = task;
  const evaluator = new Evaluator({ model, testset, scorers });
  const keys = new Map<string, string>();
  let characters = 0;
  for (const row of testset.cases) {
    try {
      const request = await evaluator.request(document, row);
      keys.set(row.id, requestKey(model, request));
      characters += charactersOf(request.messages);
    } catch (error) {
      // The run reports it as an error of that row.
      if (!HoneError.is(error)) throw error;
    }
  }
  const { stored, tokens } = await storedAnswers(task.root, new Set(keys.values()), options.sharedCache);
  const expected = testset.cases.flatMap((row) =>
    row.expected === undefined ? [] : [lengthOf(row.expected)],
  );
  const mean = (values: readonly number[]) => values.reduce((sum, each) => sum + each, 0) / values.length;
  return {
    ...(tokens.length > 0 && {
      measured: {
        answers: tokens.length,
        prompt: mean(tokens.map(({ prompt }) => prompt)),
        completion: mean(tokens.map(({ completion }) => completion)),
      },
    }),
    charactersPerPrompt: characters / Math.max(1, keys.size),
    charactersPerRow: mean(testset.cases.map(charactersOfRow)),
    ...(expected.length > 0 && { charactersExpected: mean(expected) }),
    keys,
    stored,
  };
}

async function storedAnswers(root: string, keys: ReadonlySet<string>, shared: boolean) {
  const store = await AnswerStore.open(answersFolder(root), { name: 'plan', shared });
  try {
    const found = [...keys].flatMap((key) => {
      const answer = store.get(key);
      return answer ? [{ key, tokens: answer.tokens }] : [];
    });
    return {
      stored: new Set(found.map(({ key }) => key)),
      tokens: found.flatMap(({ tokens }) => (tokens ? [tokens] : [])),
    };
  } finally {
    await store.close();
  }
}

/** Requests at the least: the rows that choose among candidates, and so many of those that are read. */
export function leastRequests(
  { keys, stored }: MeasuredRows,
  selection: readonly string[],
  train: readonly string[],
  reads: number,
): number {
  const unsent = (rows: readonly string[]) =>
    new Set(rows.flatMap((id) => keys.get(id) ?? []).filter((key) => !stored.has(key)));
  const chosen = unsent(selection);
  const readable = [...unsent(train)].filter((key) => !chosen.has(key)).length;
  // Which rows are read is up to the strategy: those that cost nothing may be among them.
  return chosen.size + Math.max(0, Math.min(reads, train.length) - (train.length - readable));
}

function charactersOfRow({ vars, expected }: TestCase): number {
  const inputs = Object.values(vars).reduce<number>((sum, value) => sum + lengthOf(value), 0);
  return inputs + (expected === undefined ? 0 : lengthOf(expected));
}

function lengthOf(value: unknown): number {
  return typeof value === 'string' ? value.length : JSON.stringify(value).length;
}
