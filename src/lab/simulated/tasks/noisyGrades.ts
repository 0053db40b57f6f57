import type { Atom, SimulatedTask } from '../task.js';

const VIRTUES = [
  { id: 'greeting', topic: 'greet', gain: 0.05 },
  { id: 'name', topic: 'by name', gain: 0.04 },
  { id: 'apology', topic: 'apologise', gain: 0.08 },
  { id: 'next-step', topic: 'next step', gain: 0.1 },
  { id: 'deadline', topic: 'deadline', gain: 0.08 },
  { id: 'plain-words', topic: 'plain words', gain: 0.06 },
  { id: 'thanks', topic: 'thank', gain: 0.03 },
] as const;

const WORDINGS: Readonly<Record<(typeof VIRTUES)[number]['id'], readonly string[]>> = {
  greeting: ['Greet the writer.', 'Begin: greet the customer.', 'Always greet first.'],
  name: ['Address people by name.', 'Speak to them by name.', 'Use the address by name.'],
  apology: ['Apologise once.', 'Say what went wrong and apologise.', 'Apologise before anything else.'],
  'next-step': ['Name the next step.', 'Tell them what the next step is.', 'End with one next step.'],
  deadline: ['Give a deadline.', 'Say by which deadline it is done.', 'Promise a deadline in days.'],
  'plain-words': ['Use plain words.', 'Write in plain words, no jargon.', 'Prefer plain words.'],
  thanks: ['Thank them.', 'Thank the writer at the end.', 'Close with a thank you.'],
};

function virtue({ id, topic }: (typeof VIRTUES)[number]): Atom {
  return { id, needs: [topic], wordings: WORDINGS[id], cue: '', hint: `the ${id} is missing`, guess: 0.3 };
}

/** Answers judged in quarters by a judge, drawn anew for most texts, so that small gains drown in noise. */
export const noisyGrades: SimulatedTask = {
  id: 'noisy-grades',
  summary: 'Grades in quarters with much noise; seven virtues add 3 to 10 points each on every row.',
  start: ['You answer complaints.', 'Write three sentences.', 'Stay friendly.'].join('\n'),
  atoms: VIRTUES.map(virtue),
  kinds: VIRTUES.map((own, index) => ({
    id: own.id,
    share: 1 / VIRTUES.length,
    cue: `complaint${index + 1}`,
    expected: 'a reply that a judge finds good',
    wrong: 'a reply that a judge finds wanting',
    quality: (features) => 0.45 + VIRTUES.reduce((sum, { id, gain }) => sum + gain * features.of(id), 0),
    // A judge names one fault of a reply, not all.
    feedback: (features) => {
      const from = VIRTUES.slice(index).concat(VIRTUES.slice(0, index));
      const lacking = from.find(({ id }) => features.of(id) === 0);
      return lacking
        ? {
            cause: `lacks:${lacking.id}`,
            text: `the ${lacking.id} is missing`,
            direction: `Add what is missing: the ${lacking.id} is missing.`,
          }
        : { cause: 'weak', text: 'the reply could be better' };
    },
  })),
  ideal: { atoms: VIRTUES.map(({ id }) => id), words: 45 },
  draws: 4,
  sensitivity: 0.6,
  isStochastic: true,
};
