import type { EngineModel } from "../src/contract/common-schemas.ts";
import type { Think } from "../src/contract/gateway-schemas.ts";

/** What a person may choose of a model's thinking; null leaves it as the profile or the stack says. */
export type ThinkChoice = Think | null;

/** A choice of thinking, and its name. */
export interface ThinkOption {
  readonly think: ThinkChoice;
  readonly label: string;
}

const AS_SET: ThinkOption = { think: null, label: "Thinking: as set" };

const ON_AND_OFF: readonly ThinkOption[] = [
  AS_SET,
  { think: true, label: "Thinking: on" },
  { think: false, label: "Thinking: off" },
];

/** For the models that cannot be told not to think, and take a level instead. */
const LEVELS: readonly ThinkOption[] = [
  AS_SET,
  { think: "low", label: "Thinking: low" },
  { think: "medium", label: "Thinking: medium" },
  { think: "high", label: "Thinking: high" },
];

/** Ollama refuses a level for other models, and tells nowhere which take one. */
const WITH_LEVELS = /(?:^|\/)gpt-?oss/i;

/** What there is to choose for a model; empty where it cannot think, or where nobody knows. */
export function thinkOptions(model: EngineModel | undefined): readonly ThinkOption[] {
  if (!model?.capabilities?.includes("thinking")) return [];
  return WITH_LEVELS.test(model.model_id) ? LEVELS : ON_AND_OFF;
}

/** What goes with a message to this model: the choice, where the model has it. */
export function thinkFor(model: EngineModel | undefined, choice: ThinkChoice): ThinkChoice {
  return thinkOptions(model).some(({ think }) => think === choice) ? choice : null;
}
