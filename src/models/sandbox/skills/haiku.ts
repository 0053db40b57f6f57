import { hashFraction } from '../../../core/hash.js';
import { restrictsAnswer, says, type Reading } from '../reading.js';
import type { Skill } from '../skill.js';

/** Lines of five syllables, to begin with. */
const OPENINGS = [
  'A pale morning light',
  'Under the old bridge',
  'Slow rain on the roof',
  'The last train has gone',
  'Wind in the tall grass',
  'Snow on the dark hills',
  'Beside the still lake',
  'One lamp in the street',
  'Leaves turn in the air',
  'A door stands half closed',
  'The tide pulls away',
  'Salt wind from the sea',
];
/** Lines of seven syllables. */
const MIDDLES = [
  'a single bird calls again',
  'somebody hums an old song',
  'the long road bends out of sight',
  'small hands hold a cup of tea',
  'shadows lean against the wall',
  'the clock in the kitchen ticks',
  'a cat sleeps on the warm stone',
  'bright coins of light fall and drift',
  'the garden waits for the sun',
  'footsteps fade along the shore',
];
/** Lines of five syllables, to end with. */
const CLOSINGS = [
  'and the night grows still',
  'then nothing but stars',
  'no one says a word',
  'the world holds its breath',
  'I watch it drift by',
  'home is far from here',
  'the first frost is near',
  'a faint smell of smoke',
  'soon it will be spring',
  'the day folds its wings',
];

const NUMBERS =
  /\b5\s*[-–—/,+ ]\s*7\s*[-–—/,+ ]\s*(and\s*)?5\b|\bfive\W+(syllables\W+)?(then\W+)?seven\W+(syllables\W+)?(and\W+|then\W+)*five\b/i;
const APART = /\b(5|five)\b.*\b(7|seven)\b.*\b(5|five)\b/is;
const LINE_NAMES = [
  /\b(line (1|one)|first line)\b/i,
  /\b(line (2|two)|second line|middle line)\b/i,
  /\b(line (3|three)|third line|last line)\b/i,
];
const CHECKING = /\b(count|check|verify|tap|make sure)\w*\b/i;
/** Share of lines that miss their count: not told, told of syllables only, told the counts, told to count. */
const MISSES = { untold: 0.75, vague: 0.45, told: 0.08, counted: 0.02 };

/** Writes a poem of three lines. It knows the form, and keeps to it when the prompt insists. */
export const haiku: Skill = {
  id: 'haiku',
  fits: ({ instruction, input }) =>
    /\b(haikus?|poems?|syllables?)\b/i.test(`${instruction} ${input}`) ? 4 : 0,
  answer(reading, draw) {
    const told = `${reading.instruction}\n${reading.input}`;
    const pick = (bank: readonly string[], which: string) =>
      bank[Math.floor(hashFraction(`${which} ${draw}`) * bank.length)]!;
    const poem = [pick(OPENINGS, 'opening'), pick(MIDDLES, 'middle'), pick(CLOSINGS, 'closing')];
    const lines = poem.map((line, index) =>
      hashFraction(`miss ${index} ${draw}`) < missRate(told, index) ? stretched(line, index) : line,
    );
    return framed(lines, reading, told, draw);
  },
};

/** How likely a line (from 0) misses its count. A prompt may name all counts, or that of one line. */
function missRate(told: string, index: number): number {
  const counts = NUMBERS.test(told) || (APART.test(told) && /syllable/i.test(told));
  const ofLine = says(
    told,
    LINE_NAMES[index]!,
    index === 1 ? /\b(7|seven)\b/i : /\b(5|five)\b/i,
    /syllable/i,
  );
  if (counts || ofLine) return says(told, CHECKING, /syllable/i) ? MISSES.counted : MISSES.told;
  return /syllable|traditional|strict|classic/i.test(told) ? MISSES.vague : MISSES.untold;
}

/** The line with a syllable too many. */
function stretched(line: string, index: number): string {
  return index === 0 ? `Oh, ${line.charAt(0).toLowerCase()}${line.slice(1)}` : `${line} now`;
}

function framed(lines: readonly string[], { input }: Reading, told: string, draw: string): string {
  const bare =
    says(
      told,
      /\b(no|without|omit|skip|leave out|do not|don['’]t|never)\b/i,
      /\b(title|heading|headline|intro\w*|comment\w*|else|explan\w*)\b/i,
    ) ||
    (restrictsAnswer(told) &&
      says(told, /\b(poem|haiku|lines?|text)\b/i, /\b(only|just|nothing|alone|solely)\b/i));
  const threeLines = says(told, /\b(three|3)\b[ -](?:\w+[ -])?lines?\b/i);
  const poem = lines.join('\n');
  if (bare) return poem;
  const chance = hashFraction(`frame ${draw}`);
  if (threeLines) return chance < 0.3 ? `Here is your haiku:\n\n${poem}` : poem;
  const topic = input
    .split(/\s+/)
    .slice(0, 4)
    .join(' ')
    .replace(/[.:;,!?]+$/, '');
  if (chance < 0.15) return poem;
  return chance < 0.6
    ? `**${topic.charAt(0).toUpperCase()}${topic.slice(1)}**\n\n${poem}`
    : `${poem}\n\nI hope you like it!`;
}
