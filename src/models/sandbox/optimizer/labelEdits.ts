import { topics, topicWords } from '../words.js';
import type { ShownRow } from './metaPrompt.js';

/** How a rule speaks of what several inputs have in common. */
const PHRASES: Readonly<Record<string, string>> = {
  '#charge': 'a charge or payment',
  '#cancel': 'a cancellation',
  '#login': 'signing in or a password',
  '#malfunction': 'an error or something that does not work',
  '#missing': 'a function that does not exist yet',
  '#details': 'a change of details',
  '#presales': 'a prospective buyer',
};
const MOST_COMMON = 2;

interface Confusion {
  readonly expected: string;
  readonly said: string;
  readonly rows: readonly ShownRow[];
}

/** Rules that tell labels apart which were taken for each other, from what the shown rows have in common. */
export function labelEdits(rows: readonly ShownRow[]): string[] {
  return confusionsIn(rows)
    .sort((a, b) => b.rows.length - a.rows.length)
    .flatMap((confusion) => rulesFor(confusion));
}

/** Whether the expected texts look like labels: few words, no structure, few different ones. */
export function areLabels(rows: readonly ShownRow[]): boolean {
  const texts = rows.map((row) => row.expected).filter(Boolean);
  return (
    texts.length > 0 &&
    texts.every(
      (text) =>
        /^[^\n{}[\]]{1,40}$/.test(text) && !/^[-$\d.,%\s]+$/.test(text) && text.split(/\s+/).length <= 4,
    )
  );
}

function confusionsIn(rows: readonly ShownRow[]): Confusion[] {
  const labels = [...new Set(rows.map((row) => row.expected.toLowerCase()))];
  const found = new Map<string, Confusion>();
  for (const row of rows) {
    const said = saidLabel(row, labels);
    if (!said || said.toLowerCase() === row.expected.toLowerCase()) continue;
    const key = `${row.expected} ${said}`;
    found.set(key, { expected: row.expected, said, rows: [...(found.get(key)?.rows ?? []), row] });
  }
  return [...found.values()];
}

function saidLabel(row: ShownRow, labels: readonly string[]): string | undefined {
  const told = row.feedback.map((text) => /said "([^"]+)" where/i.exec(text)?.[1]).find(Boolean);
  if (told) return told;
  const answer = row.answer.trim();
  if (/^[\w -]{1,30}$/.test(answer)) return answer;
  const marked = /\*\*([\w -]{1,30})\*\*/.exec(answer)?.[1];
  return marked ?? labels.find((label) => answer.toLowerCase().includes(label));
}

/** A rule from what most rows share, then one from words that occur, which fits less widely. */
function rulesFor({ expected, said, rows }: Confusion): string[] {
  const noun = rows[0]!.inputName;
  const counts = new Map<string, number>();
  for (const row of rows)
    for (const topic of topics(row.input)) counts.set(topic, (counts.get(topic) ?? 0) + 1);
  const common = [...counts]
    .filter(([topic, count]) => topic in PHRASES && count >= Math.max(1, rows.length / 2))
    .sort((a, b) => b[1] - a[1])
    .slice(0, MOST_COMMON)
    .map(([topic]) => PHRASES[topic]!);
  const verdict = `the label is "${expected}", not "${said}"`;
  const words = [...new Set(rows.flatMap((row) => salientWords(row.input)))].slice(0, 4);
  const general =
    common.length > 0 ? [`When a ${noun} is about ${common.join(' together with ')}, ${verdict}.`] : [];
  const literal =
    words.length > 0
      ? [`If a ${noun} has any of the words ${words.map((word) => `"${word}"`).join(' or ')}, ${verdict}.`]
      : [];
  return [...general, ...literal];
}

/** The rarer a word the longer it tends to be; long words say most. */
function salientWords(input: string): string[] {
  return topicWords(input)
    .filter((word) => word.length >= 5)
    .sort((a, b) => b.length - a.length)
    .slice(0, 2);
}
