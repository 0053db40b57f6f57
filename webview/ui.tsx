import type { ComponentChildren, HTMLAttributes } from 'preact';
import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeCheckbox,
  vsCodeProgressRing,
  vsCodeRadio,
  vsCodeRadioGroup,
} from '@vscode/webview-ui-toolkit';
import { Icon, type IconName } from './icons.js';

declare module 'preact' {
  namespace JSX {
    interface IntrinsicElements {
      'vscode-button': HTMLAttributes<HTMLElement> & {
        appearance: 'primary' | 'secondary' | 'icon';
        disabled: boolean;
      };
      'vscode-checkbox': HTMLAttributes<HTMLElement> & { checked: boolean };
      'vscode-progress-ring': HTMLAttributes<HTMLElement>;
      'vscode-radio': HTMLAttributes<HTMLElement> & { value: string };
      'vscode-radio-group': HTMLAttributes<HTMLElement> & { value: string };
    }
  }
}

/** Defines the elements that this module uses. Once per page, before the first render. */
export function registerComponents(): void {
  provideVSCodeDesignSystem().register(
    vsCodeButton(),
    vsCodeCheckbox(),
    vsCodeProgressRing(),
    vsCodeRadio(),
    vsCodeRadioGroup(),
  );
}

interface ButtonProps {
  readonly primary?: boolean;
  readonly disabled?: boolean;
  readonly icon?: IconName;
  readonly onPress: () => void;
  readonly children: ComponentChildren;
}

/** A push button with a text. */
export function Button({ primary = false, disabled = false, icon, onPress, children }: ButtonProps) {
  return (
    <vscode-button
      appearance={primary ? 'primary' : 'secondary'}
      disabled={disabled}
      onClick={() => {
        if (!disabled) onPress();
      }}
    >
      {icon && <Icon name={icon} slot="start" />}
      {children}
    </vscode-button>
  );
}

/** A button that is only a picture; `label` says what it does. */
export function IconButton(props: {
  readonly icon: IconName;
  readonly label: string;
  readonly onPress: () => void;
}) {
  return (
    <vscode-button
      appearance="icon"
      disabled={false}
      aria-label={props.label}
      title={props.label}
      onClick={props.onPress}
    >
      <Icon name={props.icon} />
    </vscode-button>
  );
}

/** Turns while something goes on; stands still where the user asked for less motion. */
export function Activity() {
  return (
    <span class="activity-mark" aria-hidden="true">
      <vscode-progress-ring />
      <Icon name="running" />
    </span>
  );
}

interface CheckboxProps {
  readonly checked: boolean;
  readonly onToggle: (checked: boolean) => void;
  readonly children: ComponentChildren;
}

export function Checkbox({ checked, onToggle, children }: CheckboxProps) {
  return (
    <vscode-checkbox
      checked={checked}
      onChange={(event) => {
        // The element reports what the page itself has set, too.
        const now = (event.currentTarget as HTMLElement & { checked: boolean }).checked;
        if (now !== checked) onToggle(now);
      }}
    >
      {children}
    </vscode-checkbox>
  );
}

interface ChoiceProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly (readonly [value: Value, label: string])[];
  readonly onChoose: (value: Value) => void;
}

/** One of a few. */
export function Choice<Value extends string>({ label, value, options, onChoose }: ChoiceProps<Value>) {
  return (
    <vscode-radio-group
      value={value}
      aria-label={label}
      onChange={(event) => {
        const now = (event.currentTarget as HTMLElement & { value: string }).value;
        const chosen = options.find(([option]) => option === now)?.[0];
        if (chosen !== undefined && chosen !== value) onChoose(chosen);
      }}
    >
      {options.map(([option, text]) => (
        <vscode-radio key={option} value={option}>
          {text}
        </vscode-radio>
      ))}
    </vscode-radio-group>
  );
}
