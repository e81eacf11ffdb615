import type { Session } from "../../contract/hmi-schemas.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import { CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import { type Context, createProfile, getStage, listOwnSessions } from "./staged-profiles.ts";

/** How many first messages are sent at once. */
const AT_ONCE = 8;

interface Evidence {
  readonly modelId: number;
  /** Status of each send; 409 is right while another one is being answered. */
  readonly statuses: readonly number[];
  readonly sessions: readonly Session[];
}

export const oneActive = defineCheck<Context["target"], Evidence>({
  id: "model-conversation/one-active",
  claim: "at most one active conversation a profile, also when first messages come at once",
  why: "Two conversations for one profile are how a reply ends up in the one that nobody looks at.",
  lookAt:
    "the find-or-make of the conversation: by the profile's id, and with a unique index or a lock, not a read and then a write",
  needs: ["speak the contract", "keep profiles"],
  async collect(context) {
    const { canary } = await getStage(context);
    const { modelId } = await createProfile(context, canary, "c");
    const sends = Array.from({ length: AT_ONCE }, (_, n) => {
      const query = { message: `First ${n} ${canary}`, model_id: modelId };
      const path = hmiRoutes.generalStream.path(undefined, query);
      return context.target.hmi.stream("GET", path, { signal: context.signal });
    });
    const statuses = (await Promise.all(sends)).map(({ status }) => status);
    const { sessions } = await listOwnSessions(context, modelId);
    return { modelId, statuses, sessions };
  },
  judge({ modelId, statuses, sessions }) {
    const active = sessions.filter((session) => session.active);
    const accepted = statuses.filter((status) => status === 200).length;
    const seen = `${statuses.length} first messages at once, ${accepted} accepted; conversations of profile ${modelId}: ${sessions.length}`;
    if (accepted === 0 && active.length < 2) throw new CouldNotRun("no first message was accepted");
    if (active.length === 1) return { verdict: "holds", seen };
    return {
      verdict: "broken",
      expected: `one active conversation of profile ${modelId}`,
      found: `${active.length} active ones`,
      seen,
      rows: sessions,
    };
  },
});
