import type { ThinkChoice, ThinkOption } from "../think-options.ts";

interface ThinkSelectProps {
  readonly options: readonly ThinkOption[];
  readonly selected: ThinkChoice;
  readonly onChoose: (think: ThinkChoice) => void;
}

/** Whether, or how much, the model thinks before it answers the next message. */
export function ThinkSelect({ options, selected, onChoose }: ThinkSelectProps) {
  return (
    <select
      aria-label="Thinking"
      value={String(selected)}
      onChange={({ currentTarget: { value } }) =>
        onChoose(options.find(({ think }) => String(think) === value)?.think ?? null)
      }
    >
      {options.map(({ think, label }) => (
        <option key={label} value={String(think)}>
          {label}
        </option>
      ))}
    </select>
  );
}
