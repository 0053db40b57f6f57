import { seededRandom } from '../../core/hash.js';
import type { Model, ModelRequest } from '../../models/model.js';
import { TextReader } from './features.js';
import { readRequest } from './metaPrompt.js';
import type { Strength } from './strength.js';
import type { SimulatedTask } from './task.js';
import { SimulatedWriter } from './writer.js';

/**
 * A stand-in for the optimizer model: it knows what sentences mean for one task, and proposes from what the request shows
 * it, with the failings of a language model of the given strength. It is not told which strategy asks.
 * @param seed the same seed and the same question give the same answer
 */
export function simulatedOptimizer(task: SimulatedTask, strength: Strength, seed: number): Model {
  const reader = new TextReader(task);
  return {
    id: `simulated:${strength.id}`,
    label: `Simulated optimizer (${strength.id})`,
    destination: 'this machine',
    complete(request) {
      return Promise.resolve({
        text: answer(task, reader, strength, request, seed),
        finishReason: 'stop',
        tokens: { prompt: 0, completion: 0 },
      });
    },
  };
}

function answer(
  task: SimulatedTask,
  reader: TextReader,
  strength: Strength,
  { messages, temperature = 1, repeat }: ModelRequest,
  seed: number,
): string {
  const content = messages.map((message) => message.content).join('\n\n');
  const random = seededRandom(`${seed} ${repeat} ${temperature} ${content}`);
  const request = readRequest(content);
  const writer = new SimulatedWriter(task, reader, strength, request, random);
  if (random() < strength.formFault) return 'Here is what I would change: make the rules clearer.';
  const feedback = request.wantsFeedback
    ? [`<feedback>\n${request.rules ? writer.changes(request.rules) : writer.critique()}\n</feedback>`]
    : [];
  const prompts = writer.prompts().map((text) => `<prompt>\n${text}\n</prompt>`);
  return [...feedback, ...prompts].join('\n\n');
}
