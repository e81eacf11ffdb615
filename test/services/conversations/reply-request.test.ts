import { expect, test } from "vitest";
import { ProfileDraft } from "../../../src/contract/profile-schemas.ts";
import { UNKNOWN_LIMITS } from "../../../src/services/conversations/model-limits.ts";
import { pendingChatRequest, type TurnContext } from "../../../src/services/conversations/reply-request.ts";
import { openConversation, openTestStore } from "../../support/store.ts";

/** What is asked of the model's limits for a message of this length: with each question, whether a recent window would do. */
async function questionsFor({
  chars,
  recent,
  options = {},
}: {
  chars: number;
  recent: number | null;
  options?: object;
}): Promise<(boolean | undefined)[]> {
  const { own } = openTestStore();
  const draft = ProfileDraft.parse({ name: "Tower", settings: { options } });
  const sessionId = await openConversation(own, (await own.profiles.create(draft)).model_id);
  await own.messages.begin({ sessionId, content: "m".repeat(chars), modelName: null });
  const asked: (boolean | undefined)[] = [];
  const limitsOf: TurnContext["limitsOf"] = async (_, isEnough) => {
    asked.push(isEnough?.({ ...UNKNOWN_LIMITS, window: recent }));
    return UNKNOWN_LIMITS;
  };
  await pendingChatRequest(own, sessionId, { limitsOf, defaults: {} });
  return asked;
}

test.each([
  { what: "a short one", chars: 1_000, recent: null, asked: [] },
  {
    what: "a long one in a profile's own window",
    chars: 3_000,
    recent: null,
    options: { num_ctx: 4_096 },
    asked: [],
  },
  { what: "a long one with ample room in the recent window", chars: 3_000, recent: 8_192, asked: [true] },
  { what: "a long one that nearly fills the recent window", chars: 3_000, recent: 2_048, asked: [false] },
  { what: "a long one where the engine tells no window", chars: 3_000, recent: null, asked: [true] },
])("the limits of the model that a prompt has to keep to: $what", async ({ asked, ...message }) => {
  expect(await questionsFor(message)).toEqual(asked);
});
