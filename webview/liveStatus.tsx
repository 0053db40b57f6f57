import { useEffect, useRef, useState } from 'preact/hooks';
import type { RunSnapshot } from '../src/protocol.js';
import { points } from './format.js';

/** Progress is spoken at most this often. Milliseconds. */
const PAUSE = 10_000;

interface LiveStatusProps {
  readonly snapshot: RunSnapshot | undefined;
  readonly notice: string;
}

/** Says progress to screen readers now and then, and at once what the user waits for: an answer, an end. */
export function LiveStatus({ snapshot, notice }: LiveStatusProps) {
  const progress = useThrottled(snapshot ? progressText(snapshot) : '', snapshot?.phase ?? '');
  return (
    <p class="sr" role="status">
      {notice || progress}
    </p>
  );
}

function progressText({ phase, activity, usage, curve, verdict, stop }: RunSnapshot): string {
  if (phase === 'stopped') return [verdict?.sentence, stop?.nextStep].filter(Boolean).join(' ');
  const best = curve.at(-1);
  return `${activity}. ${usage.calls} of ${usage.maxCalls} calls.${best ? ` Best so far: ${points(best.best)} points.` : ''}`;
}

/** The text, not newer than the pause allows; another `urgent` key lets the newest through at once. */
function useThrottled(text: string, urgent: string): string {
  const [shown, setShown] = useState(text);
  const last = useRef({ at: -Infinity, urgent });
  useEffect(() => {
    const show = () => {
      last.current = { at: performance.now(), urgent };
      setShown(text);
    };
    const wait = last.current.urgent === urgent ? last.current.at + PAUSE - performance.now() : 0;
    if (wait <= 0) {
      show();
      return undefined;
    }
    const timer = setTimeout(show, wait);
    return () => clearTimeout(timer);
  }, [text, urgent]);
  return shown;
}
