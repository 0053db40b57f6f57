/** What a key of hone.yaml may hold. A scorer's options are in the table of its family. */
export type Shape =
  | {
      /**
       * `whole`: a whole number. `positive`: one above 0. `share`: a number in [0, 1]. `amount`: one of 0 or more. `value`: a
       * text, a number, or true or false.
       */
      readonly kind: 'text' | 'whole' | 'positive' | 'share' | 'amount' | 'flag' | 'value';
      readonly meaning: string;
      readonly required?: boolean;
    }
  | { readonly kind: 'textMap'; readonly meaning: string; readonly required?: boolean }
  | {
      /** A mapping whose keys the user names. */
      readonly kind: 'mapOf';
      readonly meaning: string;
      readonly required?: boolean;
      readonly of: Shape;
    }
  | { readonly kind: 'scorer'; readonly meaning: string; readonly required?: boolean }
  | {
      /** A text, or a mapping that says more. */
      readonly kind: 'textOr';
      readonly meaning: string;
      readonly required?: boolean;
      readonly long: Shape;
    }
  | { readonly kind: 'list'; readonly meaning: string; readonly required?: boolean; readonly of: Shape }
  | {
      readonly kind: 'mapping';
      readonly meaning: string;
      readonly required?: boolean;
      readonly keys: Readonly<Record<string, Shape>>;
    };

const COLUMNS: Shape = {
  kind: 'mapping',
  meaning: 'Which column of the test set serves what, where its name does not say so.',
  keys: {
    input: {
      kind: 'text',
      meaning: "The column that is sent as the user's message of a prompt without placeholders.",
    },
    expected: { kind: 'text', meaning: 'The column with the expected answer.' },
    vars: { kind: 'textMap', meaning: 'Placeholder: column.' },
    labels: {
      kind: 'textMap',
      meaning: 'Value of the expected column: what it stands for, such as 0: spam.',
    },
  },
};

const TESTS: Shape = {
  kind: 'textOr',
  meaning: 'Its test set, relative to hone.yaml.',
  long: {
    kind: 'mapping',
    meaning: 'Its test set, and how much of it is read.',
    keys: {
      path: { kind: 'text', meaning: 'The file, relative to hone.yaml.', required: true },
      limit: {
        kind: 'positive',
        meaning: 'Read at most so many rows, a sample that stays the same while the file does.',
      },
      header: {
        kind: 'flag',
        meaning: 'Whether the first line of a table names its columns. Default: judged by its content.',
      },
    },
  },
};

const SPLITS: Shape = {
  kind: 'mapping',
  meaning: 'How rows are divided into train, validation and exam; the exam takes the rest.',
  keys: {
    seed: { kind: 'whole', meaning: 'Another seed deals the rows out in another way. Default 0.' },
    train: {
      kind: 'share',
      meaning: 'Share of rows that the optimizer may read, between 0 and 1. Default 0.4.',
    },
    validation: {
      kind: 'share',
      meaning: 'Share of rows that choose among candidates, between 0 and 1. Default 0.3.',
    },
  },
};

const PRICE: Shape = {
  kind: 'mapping',
  meaning: 'What a model costs, in US dollars per million tokens.',
  keys: {
    prompt: { kind: 'amount', meaning: 'For the tokens of the prompt.', required: true },
    completion: { kind: 'amount', meaning: 'For the tokens of the answer.', required: true },
    cached: { kind: 'amount', meaning: "For tokens of the prompt that are in the endpoint's own cache." },
    batch: { kind: 'share', meaning: 'Share of the price for requests that are sent as a batch.' },
  },
};

/** All of hone.yaml: what the reader accepts, and what a JSON schema of it says. */
export const CONFIG_SHAPE = {
  kind: 'mapping',
  meaning: 'Settings of the prompts of this repository.',
  keys: {
    prices: {
      kind: 'mapOf',
      meaning:
        'Prices by model, such as "openai:gpt-4.1-mini"; they go before the ones that Hone knows of. A model that is in neither has no known price.',
      of: PRICE,
    },
    prompts: {
      kind: 'list',
      meaning: 'One entry per prompt file.',
      of: {
        kind: 'mapping',
        meaning: 'A prompt file and how it is tested.',
        keys: {
          path: { kind: 'text', meaning: 'The prompt file, relative to hone.yaml.', required: true },
          section: {
            kind: 'text',
            meaning:
              'The heading of a Markdown prompt under which the text is edited; the rest of the prompt stays as it is.',
          },
          tests: TESTS,
          scorers: {
            kind: 'list',
            meaning: 'How answers are scored.',
            of: { kind: 'scorer', meaning: 'A scorer with its options.' },
          },
          columns: COLUMNS,
          splits: SPLITS,
          strategy: {
            kind: 'text',
            meaning:
              'How new prompts are proposed where a run does not say it, as "hone strategies" lists it. Default hone.',
          },
          settings: {
            kind: 'mapOf',
            meaning: 'Settings of that strategy, such as candidates: 4.',
            of: { kind: 'value', meaning: 'A text, a number, or true or false, as the setting wants it.' },
          },
          guidance: {
            kind: 'text',
            meaning:
              'What should change, in your own words. It goes before all else that the optimizer is told.',
          },
          pinned: {
            kind: 'list',
            meaning: 'Lines or passages of the prompt that must stay exactly as they are.',
            of: { kind: 'text', meaning: 'A line or passage, as it stands in the file.' },
          },
          maxWords: {
            kind: 'positive',
            meaning:
              'Words that a new text may have at the most; a prompt that is longer already may not grow.',
          },
          traceCharacters: {
            kind: 'positive',
            meaning:
              "Characters of a row's input, answer and expected answer that the optimizer sees, each. Default 600.",
          },
        },
      },
    },
  },
} as const satisfies Shape;
