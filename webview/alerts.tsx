import type { Failure } from './host.js';
import { Icon } from './icons.js';
import { IconButton } from './ui.js';

interface AlertsProps {
  readonly failures: readonly Failure[];
  readonly onDismiss: (id: number) => void;
}

/** What went wrong with a request, and what to do; stays until it is dismissed. */
export function Alerts({ failures, onDismiss }: AlertsProps) {
  return (
    <div class="alerts" role="alert">
      {failures.map(({ id, message, nextStep }) => (
        <div key={id} class="alert">
          <Icon name="warning" />
          <p>
            <strong>{message}</strong> {nextStep}
          </p>
          <IconButton icon="cross" label="Dismiss" onPress={() => onDismiss(id)} />
        </div>
      ))}
    </div>
  );
}
