import { useMemo, useState } from 'preact/hooks';
import { count } from './format.js';
import { Icon } from './icons.js';
import {
  foldLines,
  nameWhitespace,
  showWhitespace,
  toLines,
  wordDiff,
  type DiffBlock,
  type DiffLine,
  type Segment,
} from './wordDiff.js';

interface DiffViewProps {
  readonly before: string;
  readonly after: string;
  readonly isBaseline: boolean;
}

/** What changes between two texts, word by word, with unchanged stretches folded away. */
export function DiffView({ before, after, isBaseline }: DiffViewProps) {
  const blocks = useMemo(() => foldLines(toLines(wordDiff(before, after))), [before, after]);
  return (
    <>
      {before === after && !isBaseline && <p class="empty">The two texts are the same.</p>}
      <div class="diff">
        {blocks.map((block, at) => (
          <Block key={at} block={block} noun={before === after ? 'more line' : 'unchanged line'} />
        ))}
      </div>
    </>
  );
}

function Block({ block, noun }: { readonly block: DiffBlock; readonly noun: string }) {
  const [isOpen, setOpen] = useState(false);
  const lines = block.lines.map((line, at) => <Line key={at} line={line} />);
  if (!block.folded) return <>{lines}</>;
  return (
    <>
      <button type="button" class="fold" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <Icon name={isOpen ? 'up' : 'down'} />
        {isOpen ? 'Hide' : '…'} {count(block.lines.length, noun)}
      </button>
      {isOpen && lines}
    </>
  );
}

const MARKS = { none: '', added: '+', removed: '−', mixed: '±' } as const;

function Line({ line }: { readonly line: DiffLine }) {
  return (
    <div class={`line line-${line.change}`}>
      <span class="line-number" aria-hidden="true">
        {line.number}
      </span>
      <span class="line-mark" aria-hidden="true">
        {MARKS[line.change]}
      </span>
      <span class="line-text">
        {line.segments.map((segment, at) => (
          <Piece key={at} segment={segment} />
        ))}
      </span>
    </div>
  );
}

function Piece({ segment: { kind, text } }: { readonly segment: Segment }) {
  // The line's own box is its end; a second one would add an empty line.
  const shown = text.replace(/\r?\n$/, '');
  if (kind === 'same') return <>{shown}</>;
  const Tag = kind === 'added' ? 'ins' : 'del';
  const isOnlySpace = /^\s+$/.test(text);
  return (
    <Tag class={isOnlySpace ? 'whitespace' : ''}>
      <span class="sr">{kind}: </span>
      {isOnlySpace ? (
        <>
          <span aria-hidden="true">{showWhitespace(text)}</span>
          <span class="sr">{nameWhitespace(text)}</span>
        </>
      ) : (
        shown
      )}
      <span class="sr">; </span>
    </Tag>
  );
}
