import { hashFraction } from '../../../core/hash.js';
import { restrictsAnswer, says } from '../reading.js';
import type { Skill } from '../skill.js';
import { shown, solve, type Step } from './arithmetic.js';

const CAREFUL =
  /\bstep[- ]by[- ]step\b|\b(one|each|every) step\b|\bsteps\b|\bshow (your|the|all) (work\w*|reasoning|calculation\w*)|\bthink\b[^.\n]*\b(carefully|through|first|before)|\breason\w*\b[^.\n]*\b(through|first|before|carefully)|\bwork (it |this |the \w+ |things )?(out|through|carefully)|\bbreak\b[^.\n]*\b(down|into)|\bintermediate\b|\bchain of thought\b|\b(double[- ]?check|re-?check|verify|check)\b[^.\n]*\b(work|arithmetic|result|answer|calculation)/i;
const NUMBER = /\b(numbers?|digits?|figures?|numerals?|numeric\w*|result|value|answer)\b/i;
const ENDING =
  /\b(last|final|own|separate|new) line\b|\b(end|finish|conclude)\w*\b[^.\n]*\b(with|by)\b|\bat the (very )?end\b/i;
const HIDING = /\b(silent\w*|in your head|mentally|do not show|don['’]t show|without showing|not show)\b/i;
/** Steps from which on a hasty reader stops too early, always or often. */
const LONG = 4;
const MIDDLING = 3;
const MIDDLING_SLIPS = 0.45;

/** Solves short stories with numbers. In haste it leaves out the last step of long ones. */
export const wordProblems: Skill = {
  id: 'word-problems',
  fits({ instruction, input }) {
    const asks = /\bhow (many|much|long|far|old)\b|\bwhat (is|are|do|does|will)\b/i.test(input);
    const told =
      /\b(problems?|solve|calculat\w+|maths?|arithmetic|how many|how much|step by step|final number)\b/i.test(
        instruction,
      );
    return (told ? 2 : 0) + (asks && (input.match(/\d+/g)?.length ?? 0) >= 2 ? 1.5 : 0);
  },
  answer({ instruction, input }, draw) {
    const steps = solve(input);
    if (steps.length === 0)
      return 'I am afraid I do not see any numbers in this question. Could you tell me more?';
    const careful = says(instruction, CAREFUL);
    const taken = careful || !slips(steps, input) ? steps : steps.slice(0, -1);
    return worded(taken, instruction, careful, draw);
  },
};

function slips(steps: readonly Step[], input: string): boolean {
  return (
    steps.length >= LONG || (steps.length === MIDDLING && hashFraction(`slip ${input}`) < MIDDLING_SLIPS)
  );
}

function worded(steps: readonly Step[], instruction: string, careful: boolean, draw: string): string {
  const result = shown(steps.at(-1)!.result);
  const working = steps
    .slice(1)
    .map((step, index) => `Step ${index + 1}: ${step.text} = ${shown(step.result)}`);
  const numberAtEnd = says(instruction, ENDING, NUMBER);
  const numberOnly =
    restrictsAnswer(instruction) &&
    says(instruction, NUMBER, /\b(only|just|nothing|alone|solely|no|without|bare|single|plain)\b/i);
  if (careful && numberAtEnd && !says(instruction, HIDING)) return [...working, result].join('\n');
  if (numberOnly || numberAtEnd) return result;
  const first = shown(steps[0]!.result);
  const remark =
    hashFraction(`remark ${draw}`) < 0.5
      ? `We started from ${first}, so this seems plausible.`
      : `Happy to check it another way, for example starting from ${first} again!`;
  const lead = careful ? `Let's go through it.\n${working.join('\n')}\n` : 'Great question! ';
  return `${lead}The answer should be **${result}**. ${remark}`;
}
