/** A function that is called at once, then at most once per interval, the last call never lost. */
export interface Throttled {
  (): void;
  dispose(): void;
}

/** @param intervalMs least time between two calls */
export function throttle(action: () => void, intervalMs: number): Throttled {
  let timer: NodeJS.Timeout | undefined;
  let due = false;
  let disposed = false;
  const fire = () => {
    due = false;
    timer = setTimeout(() => {
      timer = undefined;
      if (due) fire();
    }, intervalMs);
    action();
  };
  const throttled = () => {
    if (disposed) return;
    if (timer) due = true;
    else fire();
  };
  return Object.assign(throttled, {
    dispose: () => {
      disposed = true;
      clearTimeout(timer);
    },
  });
}
