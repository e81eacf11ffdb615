import { PARAMETERS, type ParameterTexts } from "../profile-parameters.ts";
import { Field } from "./Field.tsx";

interface ParameterFieldsProps {
  readonly texts: ParameterTexts;
  readonly errors: ParameterTexts;
  readonly onChange: (texts: ParameterTexts) => void;
}

/** How the model of a profile is run. What is left empty shows what Ollama takes then. */
export function ParameterFields({ texts, errors, onChange }: ParameterFieldsProps) {
  return (
    <div class="parameters">
      {PARAMETERS.map(({ name, label, hint, standard, choices }) => (
        <Field key={name} label={label} hint={hint} error={errors[name]}>
          {(control) => {
            const value = texts[name] ?? "";
            const onInput = (event: { currentTarget: { value: string } }): void =>
              onChange({ ...texts, [name]: event.currentTarget.value });
            return choices === undefined ? (
              <input {...control} autocomplete="off" placeholder={standard} value={value} onInput={onInput} />
            ) : (
              <select {...control} value={value} onChange={onInput}>
                {choices.map(([choice, text]) => (
                  <option key={choice} value={choice}>
                    {text}
                  </option>
                ))}
              </select>
            );
          }}
        </Field>
      ))}
    </div>
  );
}
