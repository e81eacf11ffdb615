import type { ModelList } from "../../contract/common-schemas.ts";
import { findModel, withoutPrefix } from "../../contract/model-names.ts";

/** What a prompt for a model has to keep to. */
export interface ModelLimits {
  /** Tokens of its prompt and its reply together, as it is loaded now; null where nobody knows. */
  readonly window: number | null;
  /** Whether it takes pictures; null where nobody knows. */
  readonly canSee: boolean | null;
  /** Whether it thinks before it answers; null where nobody knows. */
  readonly canThink: boolean | null;
}

/** Asks for a model's limits; for those of the default model where none is named (null). Never rejects. */
export type LimitsOf = (model: string | null) => Promise<ModelLimits>;

/** The limits of a model that nothing is known of. */
export const UNKNOWN_LIMITS: ModelLimits = { window: null, canSee: null, canThink: null };

/** How long a list of models is taken to be true, in milliseconds: what is loaded changes with each message. */
const FRESH_MS = 2_000;

/** The same where it does not tell the window: that is known as soon as the model is loaded, by the message before this one. */
const FRESH_UNTOLD_MS = 200;

/** How long a message waits for what is only good to know, in milliseconds. */
const PATIENCE_MS = 1_000;

/** Finds models' limits in this list, which is asked for anew where it is too old. */
export function limitsFrom(listModels: () => Promise<ModelList>): LimitsOf {
  let present: { readonly list: Promise<ModelList | undefined>; readonly since: number } | undefined;
  const listed = async (freshMs: number): Promise<ModelList | undefined> => {
    if (present === undefined || performance.now() - present.since > freshMs) {
      present = { list: inTime(listModels()), since: performance.now() };
    }
    return await present.list;
  };
  return async (model) => {
    const list = await listed(FRESH_MS);
    if (list === undefined) return UNKNOWN_LIMITS;
    const limits = limitsIn(list, model);
    const newer = limits.window === null ? await listed(FRESH_UNTOLD_MS) : undefined;
    return newer === undefined ? limits : limitsIn(newer, model);
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
  if (found === undefined) return UNKNOWN_LIMITS;
  const can = (what: string): boolean | null => found.capabilities?.includes(what) ?? null;
  return { window: found.window_in_force, canSee: can("vision"), canThink: can("thinking") };
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
