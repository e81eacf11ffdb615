import type { ModelList } from "../../contract/common.ts";
import { findModel, withoutPrefix } from "../../contract/model-names.ts";

/** What a prompt for a model has to keep to. */
export interface ModelLimits {
  /** Tokens of its prompt and its reply together, as it is loaded now; null where nobody knows. */
  readonly window: number | null;
  /** Whether it takes pictures; null where nobody knows. */
  readonly canSee: boolean | null;
}

/** Asks for a model's limits; for those of the default model where none is named (null). Never rejects. */
export type LimitsOf = (model: string | null) => Promise<ModelLimits>;

const UNKNOWN: ModelLimits = { window: null, canSee: null };

/** How long a list of models is taken to be true, in milliseconds: what is loaded changes with each message. */
const FRESH_MS = 2_000;

/** How long a message waits for what is only good to know, in milliseconds. */
const PATIENCE_MS = 1_000;

/** Finds models' limits in this list, which is asked for anew where it is older than two seconds. */
export function limitsFrom(listModels: () => Promise<ModelList>): LimitsOf {
  let present: { readonly list: Promise<ModelList | undefined>; readonly until: number } | undefined;
  return async (model) => {
    if (present === undefined || performance.now() > present.until) {
      present = { list: inTime(listModels()), until: performance.now() + FRESH_MS };
    }
    const list = await present.list;
    return list === undefined ? UNKNOWN : limitsIn(list, model);
  };
}

function limitsIn({ models, default: standard }: ModelList, model: string | null): ModelLimits {
  const wanted = model === null ? standard : withoutPrefix(model);
  const name =
    wanted === null
      ? undefined
      : findModel(
          models.map(({ model_id }) => model_id),
          wanted,
        );
  const found = models.find(({ model_id }) => model_id === name);
  if (found === undefined) return UNKNOWN;
  return { window: found.window_in_force, canSee: found.capabilities?.includes("vision") ?? null };
}

/** Undefined where it fails or takes too long: what is not known is not judged. */
async function inTime(list: Promise<ModelList>): Promise<ModelList | undefined> {
  const { promise: tooLate, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), PATIENCE_MS);
  try {
    return await Promise.race([list, tooLate]);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}
