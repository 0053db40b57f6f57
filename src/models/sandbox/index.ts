import { throwIfCancelled } from '../../core/errors.js';
import { HoneError } from '../../core/errors.js';
import { hash32 } from '../../core/hash.js';
import type { Model, ModelAnswer, ModelRequest } from '../model.js';
import { readMetaPrompt } from './optimizer/metaPrompt.js';
import { writeProposals } from './optimizer/propose.js';
import { readMessages } from './reading.js';
import type { Skill } from './skill.js';
import { classify } from './skills/classify.js';
import { echo } from './skills/echo.js';
import { extract } from './skills/extract.js';
import { haiku } from './skills/haiku.js';
import { wordProblems } from './skills/wordProblems.js';

export const SANDBOX_LABEL = 'Sandbox (simulated, no LLM)';
const SKILLS: readonly Skill[] = [classify, extract, haiku, wordProblems, echo];
/** `untagged` answers like `default`, but never uses the tags that a meta-prompt asks for. */
export const SANDBOX_NAMES = ['default', 'untagged'] as const;
const CHARACTERS_PER_TOKEN = 4;

/**
 * A rule-based stand-in for a model, for trying the workflow and for tests: no network, no key. It reads the messages,
 * so that a prompt that says what is wanted scores better, and answers meta-prompts with edits. It takes no heed of
 * `response_format` and of limits on tokens.
 * @throws HoneError `no-model` for a name that it does not know.
 */
export function createSandbox(name = 'default'): Model {
  if (!SANDBOX_NAMES.some((known) => known === name)) {
    throw new HoneError({
      reason: 'no-model',
      message: `The sandbox has no model ${name}.`,
      nextStep: `Use one of: ${SANDBOX_NAMES.map((known) => `sandbox:${known}`).join(', ')}.`,
    });
  }
  return {
    id: `sandbox:${name}`,
    label: SANDBOX_LABEL,
    destination: 'this machine',
    complete(request, options) {
      return new Promise((resolve) => {
        throwIfCancelled(options?.signal);
        resolve(sandboxAnswer(request, { tagged: name !== 'untagged' }));
      });
    },
  };
}

/** What the sandbox answers: a function of the messages, and at a temperature above 0 of the repeat. */
export function sandboxAnswer(
  request: ModelRequest,
  options: { readonly tagged?: boolean } = {},
): ModelAnswer {
  const sample = (request.temperature ?? 0) > 0 ? request.repeat : 0;
  const draw = `${sample} ${hash32(JSON.stringify(request.messages.map(({ role, content }) => [role, content])))}`;
  const all = request.messages.map(({ content }) => content).join('\n\n');
  const meta = readMetaPrompt(all);
  const proposals = meta && writeProposals(meta, draw);
  const text = proposals
    ? options.tagged === false
      ? withoutTags(proposals)
      : proposals
    : taskAnswer(request, draw);
  return {
    text,
    finishReason: 'stop',
    tokens: {
      prompt: Math.ceil(all.length / CHARACTERS_PER_TOKEN),
      completion: Math.ceil(text.length / CHARACTERS_PER_TOKEN),
    },
  };
}

function taskAnswer(request: ModelRequest, draw: string): string {
  const reading = readMessages(request.messages);
  const best = SKILLS.reduce((chosen, skill) =>
    skill.fits(reading) > chosen.fits(reading) ? skill : chosen,
  );
  return best.answer(reading, draw);
}

function withoutTags(text: string): string {
  return text.replace(/<\/?(?:prompt|feedback)>/g, '').trim();
}
