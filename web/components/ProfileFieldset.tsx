import type { EngineModel } from "../../src/contract/common-schemas.ts";
import type { FieldErrors, ProfileFields } from "../profile-form.ts";
import { Field } from "./Field.tsx";
import { ParameterFields } from "./ParameterFields.tsx";

interface ProfileFieldsetProps {
  readonly fields: ProfileFields;
  readonly errors: FieldErrors;
  readonly models: readonly EngineModel[];
  readonly onChange: (fields: ProfileFields) => void;
}

/** What a profile is made of. */
export function ProfileFieldset({ fields, errors, models, onChange }: ProfileFieldsetProps) {
  const set =
    (name: Exclude<keyof ProfileFields, "parameters">) => (event: { currentTarget: { value: string } }) =>
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
      <Field
        label="Instructions (system prompt)"
        hint="The model is told this before every conversation of the profile."
      >
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
      <ParameterFields
        texts={fields.parameters}
        errors={errors.parameters ?? {}}
        onChange={(parameters) => onChange({ ...fields, parameters })}
      />
      <details open={errors.settings !== undefined || fields.settings !== ""}>
        <summary>Other settings</summary>
        <Field
          label="Settings as JSON"
          hint='"options" go to the engine: {"options": {"top_k": 20}}'
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
      </details>
    </>
  );
}

function isGone(model: string, models: readonly EngineModel[]): boolean {
  return model !== "" && !models.some(({ model_id }) => model_id === model);
}
