/** Drawn on a grid of 16 by 16, in the colour of the text around them. */
const PATHS = {
  up: 'M8 13V3.5M4 7l4-4 4 4',
  down: 'M8 3v9.5M4 9l4 4 4-4',
  check: 'M3 8.5l3.2 3.2L13 4.8',
  cross: 'M4 4l8 8M12 4l-8 8',
  warning: 'M8 2.2L14.5 13.5h-13zM8 6.5v3.2M8 11.4v.6',
  info: 'M8 1.8a6.2 6.2 0 100 12.4A6.2 6.2 0 008 1.8zM8 7.2v4M8 4.8v.6',
  question: 'M5.6 6.1a2.4 2.4 0 114 1.8C8.7 8.6 8 9 8 10.2M8 12.6v.6',
  ceiling: 'M3 3h10M8 14V6.5M4.8 9.6L8 6.4l3.2 3.2',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  stop: 'M4 4h8v8H4z',
  play: 'M5 3.2v9.6L12.5 8z',
  running: 'M8 2a6 6 0 106 6M8 5v3.2l2.2 1.4',
  star: 'M8 1.9l1.8 4 4.3.4-3.3 2.9 1 4.3L8 11.2l-3.8 2.3 1-4.3L1.9 6.3l4.3-.4z',
  dash: 'M4 8h8',
  target: 'M8 2a6 6 0 100 12A6 6 0 008 2zM8 5.2a2.8 2.8 0 100 5.6 2.8 2.8 0 000-5.6z',
  arrow: 'M3 8h9.5M9 4.5L12.5 8 9 11.5',
} as const;

export type IconName = keyof typeof PATHS;

/** A picture beside a word that says the same; so it is hidden from screen readers. */
export function Icon({ name, slot }: { readonly name: IconName; readonly slot?: string }) {
  return (
    <svg
      class={`icon icon-${name}`}
      {...(slot !== undefined && { slot })}
      viewBox="0 0 16 16"
      width="16"
      height="16"
      fill="none"
      stroke="currentColor"
      stroke-width="1.4"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
