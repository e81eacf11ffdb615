import type { EngineModel } from "../../src/contract/common.ts";
import type { FieldErrors, ProfileFields } from "../profile-form.ts";
import { Field } from "./Field.tsx";

interface ProfileFieldsetProps {
  readonly fields: ProfileFields;
  readonly errors: FieldErrors;
  readonly models: readonly EngineModel[];
  readonly onChange: (fields: ProfileFields) => void;
}

/** What a profile is made of. */
export function ProfileFieldset({ fields, errors, models, onChange }: ProfileFieldsetProps) {
  const set = (name: keyof ProfileFields) => (event: { currentTarget: { value: string } }) =>
    onChange({ ...fields, [name]: event.currentTarget.value });
  return (
    <>
      <Field label="Name" error={errors.name}>
        {(control) => (
          <input
            {...control}
            dir="auto"
            maxLength={200}
            autocomplete="off"
            value={fields.name}
            onInput={set("name")}
          />
        )}
      </Field>
      <Field label="Description">
        {(control) => (
          <input
            {...control}
            dir="auto"
            autocomplete="off"
            value={fields.description}
            onInput={set("description")}
          />
        )}
      </Field>
      <Field label="Instructions" hint="The model is told this before every conversation of the profile.">
        {(control) => (
          <textarea
            {...control}
            dir="auto"
            rows={4}
            value={fields.instructions}
            onInput={set("instructions")}
          />
        )}
      </Field>
      <Field label="Default model">
        {(control) => (
          <select {...control} value={fields.defaultModel} onChange={set("defaultModel")}>
            <option value="">The engine's default</option>
            {models.map(({ model_id }) => (
              <option key={model_id} value={model_id}>
                {model_id}
              </option>
            ))}
            {isGone(fields.defaultModel, models) && (
              <option value={fields.defaultModel}>{fields.defaultModel} (not installed)</option>
            )}
          </select>
        )}
      </Field>
      <Field
        label="Settings"
        hint='JSON. "options" go to the engine: {"options": {"temperature": 0.2}}'
        error={errors.settings}
      >
        {(control) => (
          <textarea
            {...control}
            class="code"
            rows={3}
            spellcheck={false}
            value={fields.settings}
            onInput={set("settings")}
          />
        )}
      </Field>
    </>
  );
}

function isGone(model: string, models: readonly EngineModel[]): boolean {
  return model !== "" && !models.some(({ model_id }) => model_id === model);
}
