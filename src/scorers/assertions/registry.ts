import { CALL_KINDS } from './calls.js';
import { CODE } from './code.js';
import { HTML_KINDS } from './html.js';
import { JUDGED_KINDS } from './judged.js';
import type { AssertionKind } from './kind.js';
import { OVERLAP } from './overlap.js';
import { STRUCTURE_KINDS } from './structure.js';
import { TEXT_KINDS } from './texts.js';
import { XML } from './xml.js';

/** All kinds of assertions that can be judged. */
export const ASSERTION_KINDS: readonly AssertionKind[] = [
  ...TEXT_KINDS,
  ...STRUCTURE_KINDS,
  XML,
  ...HTML_KINDS,
  OVERLAP,
  ...CALL_KINDS,
  ...JUDGED_KINDS,
  CODE,
];

const KIND_BY_TYPE: ReadonlyMap<string, AssertionKind> = new Map(
  ASSERTION_KINDS.flatMap((kind) => kind.types.map((type) => [type, kind] as const)),
);

/** The kind of a type without `not-`; undefined when it cannot be judged. */
export function kindOf(type: string): AssertionKind | undefined {
  return KIND_BY_TYPE.get(type);
}

const EMBEDDINGS = 'it needs an embedding model';
const TOOLS = 'it needs the tool definitions of a provider, which prompt files do not hold';
const TRACES = 'it needs traces of an agent';
const RETRIEVAL = 'it needs retrieved passages and embeddings';

/** Types of promptfoo that are refused, and why. */
const REFUSED: Readonly<Record<string, string>> = {
  similar: EMBEDDINGS,
  'similar:cosine': EMBEDDINGS,
  'similar:dot': EMBEDDINGS,
  'similar:euclidean': EMBEDDINGS,
  'answer-relevance': EMBEDDINGS,
  'context-recall': RETRIEVAL,
  'context-relevance': RETRIEVAL,
  'context-faithfulness': RETRIEVAL,
  'conversation-relevance': RETRIEVAL,
  latency: 'answers may come from the store, where a time means nothing',
  cost: 'answers may come from the store, where they cost nothing; limit the cost of a run instead',
  perplexity: 'it needs the log probabilities of an answer',
  'perplexity-score': 'it needs the log probabilities of an answer',
  'is-sql': 'a parser for SQL would be larger than all of Hone',
  'contains-sql': 'a parser for SQL would be larger than all of Hone',
  meteor: 'it needs a dictionary of synonyms that would be larger than all of Hone',
  'is-valid-function-call': TOOLS,
  'is-valid-openai-function-call': TOOLS,
  'is-valid-openai-tools-call': TOOLS,
  'skill-used': TRACES,
  classifier: 'it needs a classification model',
  moderation: 'it needs a moderation model',
  guardrails: 'it needs a guardrail of the provider',
  pi: 'it needs a service of its own',
  webhook: 'it would send answers to another address',
  ruby: 'only JavaScript and Python are run',
  'select-best': 'it compares several outputs, and here one answer is judged at a time',
  'max-score': 'it compares several outputs, and here one answer is judged at a time',
  human: 'it needs a person for every answer',
  'search-rubric': 'it needs a model that searches the web',
  'agent-rubric': 'it needs an agent as the judge',
  'research-rubric': 'it needs an agent as the judge',
  'video-rubric': 'it needs a model that watches videos',
};

/** Why a type cannot be judged, as the second half of a sentence; undefined for a name that nobody knows. */
export function refusalOf(type: string): string | undefined {
  if (Object.hasOwn(REFUSED, type)) return REFUSED[type];
  if (/^(?:trajectory:|trace-)/.test(type)) return TRACES;
  return type.startsWith('promptfoo:redteam:') ? 'it needs the graders of a red team' : undefined;
}
