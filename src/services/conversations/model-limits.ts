import type { ModelList } from "../../contract/common-schemas.ts";
import { findModel, withoutPrefix } from "../../contract/model-names.ts";
import type { Profile } from "../../contract/profile-schemas.ts";

/** What a prompt for a model has to keep to. */
export interface ModelLimits {
  /** Tokens of its prompt and its reply together, as it is loaded now; null where nobody knows. */
  readonly window: number | null;
  /** Whether it takes pictures; null where nobody knows. */
  readonly canSee: boolean | null;
  /** Whether it thinks before it answers; null where nobody knows. */
  readonly canThink: boolean | null;
}

/**
 * Asks for a model's limits; for those of the default model where none is named (null). Never rejects.
 *
 * @param isEnough whether limits that were found within the last minute will do, so that nobody is asked for them now; where
 * it is left out, they will not
 */
export type LimitsOf = (
  model: string | null,
  isEnough?: (recent: ModelLimits) => boolean,
) => Promise<ModelLimits>;

/** The limits of a model that nothing is known of. */
export const UNKNOWN_LIMITS: ModelLimits = { window: null, canSee: null, canThink: null };

/** The window that a conversation of this profile has: its own `num_ctx`, else the one that its model is loaded with. */
export function windowOf(profile: Profile | null, limits: ModelLimits): number | null {
  const own = profile?.settings.options?.["num_ctx"];
  return typeof own === "number" && own > 0 ? own : limits.window;
}

/** How long a list of models is taken to be true, in milliseconds: what is loaded changes with each message. */
const FRESH_MS = 2_000;

/** The same where it does not tell the window: that is known as soon as the model is loaded, by the message before this one. */
const FRESH_UNTOLD_MS = 200;

/** How long a message waits for what is only good to know, in milliseconds. */
const PATIENCE_MS = 1_000;

/** For how long limits that were found when a reply of the model had ended are called recent, in milliseconds. */
const RECENT_MS = 60_000;

/** The same where the window was not told: an engine that was busy may tell it the next time. */
const RECENT_UNTOLD_MS = 5_000;

/** Recent limits of this age, as a share of the time for which they are recent, are looked up anew when a reply ends. */
const RENEWED_AT = 0.2;

/** Finds models' limits in a list of them. */
export interface ModelLimitsLookup {
  readonly of: LimitsOf;
  /**
   * To be called when a reply of this model (null for the default one) has ended: the model is loaded then, and nobody waits, so
   * that its limits are looked up for the message that comes next.
   */
  replyEnded(model: string | null): void;
}

/** Finds models' limits in this list, which is asked for anew where it is too old. */
export function lookUpLimits(listModels: () => Promise<ModelList>): ModelLimitsLookup {
  let present: { readonly list: Promise<ModelList | undefined>; readonly since: number } | undefined;
  /** What was found when a model's last replies had ended, and when. */
  const recent = new Map<string, { readonly limits: ModelLimits; readonly since: number }>();
  let isRenewing = false;

  const listed = async (freshMs: number): Promise<ModelList | undefined> => {
    if (present === undefined || performance.now() - present.since >= freshMs) {
      present = { list: inTime(listModels()), since: performance.now() };
    }
    return await present.list;
  };
  /** What was found of a model at most this share of the time ago for which it is called recent. */
  const recentOf = (name: string, share: number): ModelLimits | undefined => {
    const { limits, since } = recent.get(name) ?? { limits: UNKNOWN_LIMITS, since: Number.NEGATIVE_INFINITY };
    const recentMs = limits.window === null ? RECENT_UNTOLD_MS : RECENT_MS;
    return performance.now() - since < recentMs * share ? limits : undefined;
  };
  const renew = async (model: string | null): Promise<void> => {
    const since = performance.now();
    const list = await listed(0);
    for (const name of recent.keys()) if (recentOf(name, 1) === undefined) recent.delete(name);
    if (list !== undefined) recent.set(nameOf(model), { limits: limitsIn(list, model), since });
  };
  return {
    async of(model, isEnough) {
      const known = recentOf(nameOf(model), 1);
      if (known !== undefined && isEnough?.(known)) return known;
      const list = await listed(FRESH_MS);
      if (list === undefined) return UNKNOWN_LIMITS;
      const limits = limitsIn(list, model);
      const newer = limits.window === null ? await listed(FRESH_UNTOLD_MS) : undefined;
      return newer === undefined ? limits : limitsIn(newer, model);
    },
    replyEnded(model) {
      // Where prompts are short, nobody has asked for any limits.
      if (present === undefined || isRenewing || recentOf(nameOf(model), RENEWED_AT) !== undefined) return;
      isRenewing = true;
      void renew(model).finally(() => {
        isRenewing = false;
      });
    },
  };
}

/** {@link lookUpLimits}, for whoever has no replies of its own to look them up after. */
export function limitsFrom(listModels: () => Promise<ModelList>): LimitsOf {
  return lookUpLimits(listModels).of;
}

/** By what a model's recent limits are found again; empty for the default one. */
function nameOf(model: string | null): string {
  return model === null ? "" : withoutPrefix(model);
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
