import type { EngineModel } from "../../src/contract/common-schemas.ts";

interface ModelSelectProps {
  readonly models: readonly EngineModel[];
  readonly selected: string | null;
  readonly onChoose: (model: string) => void;
}

/** Which model of the engine answers the next message, by the engine's own name: other names are guesses. */
export function ModelSelect({ models, selected, onChoose }: ModelSelectProps) {
  return (
    <select
      aria-label="Model"
      value={selected ?? ""}
      disabled={models.length === 0}
      onChange={(event) => onChoose(event.currentTarget.value)}
    >
      {models.length === 0 && <option value="">No models</option>}
      {models.map(({ model_id }) => (
        <option key={model_id} value={model_id}>
          {model_id}
        </option>
      ))}
    </select>
  );
}
