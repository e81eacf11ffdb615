import { SentMessage } from "../../contract/hmi-schemas.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import { defineCheck } from "../../harness/define-check.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import type { ChatPlace } from "../../targets/drivers/chat-client.ts";
import type { SeenRow, WholeRow } from "../../targets/drivers/reply-facts.ts";
import { beginTalk, openPlace, type Talk } from "../any-wire-conversation.ts";
import { doubledTurn } from "../common-causes.ts";
import { type Context, makeProfile } from "../contract-conversations.ts";
import { readSettledRows } from "../contract-replies.ts";
import { settledRowsOf } from "../conversation-rows.ts";
import { fewerOnRealEngine } from "../engine-workload.ts";
import { converseIn } from "../say-and-hear.ts";

interface Evidence {
  /** Left out by the contract's own wire. */
  readonly isForeign?: boolean;
  readonly asked: readonly string[];
  /** How each was answered. */
  readonly statuses: readonly number[];
  /** Of each conversation that an answer named. */
  readonly conversations: readonly (readonly SeenRow[])[];
}

/** How many first messages are sent at once; and where the engine may be a slow one. */
const AT_ONCE = 8;
const AT_ONCE_SLOWLY = 4;

export const firstMessages = defineCheck<Context["target"], Evidence>({
  id: "isolation/first-messages",
  claim: "first messages that are sent at once, each without a conversation, make a conversation each",
  why: "Two tabs that begin at the same moment find themselves in one conversation, each with the other's question.",
  lookAt: "a message to no conversation: it makes one, it does not look for one",
  needs: ["show rows", "remember conversations"],
  async collect(context) {
    const { capabilities } = context.target;
    const hasProfiles = capabilities.has("speak the contract") && capabilities.has("keep profiles");
    return hasProfiles ? await sendToProfile(context) : await sendOnAnyWire(context);
  },
  judge({ isForeign = false, asked, statuses, conversations }) {
    const said = conversations.map((rows) =>
      rows.filter(({ role }) => role === "user").map(({ content }) => content),
    );
    const answered = [...new Set(statuses)].join(", ");
    const seen = `${asked.length} first messages at once, answered ${answered}; conversations: ${conversations.length}`;
    const isOneEach =
      said.every((messages) => messages.length === 1) &&
      said.flat().toSorted().join() === asked.toSorted().join();
    if (asked.length > 0 && isOneEach) return { verdict: "holds", seen };
    return {
      verdict: "broken",
      expected: `${asked.length} conversations, each with one message`,
      found: `${conversations.length}, with ${said.map(({ length }) => length).join(", ") || "no"} messages`,
      seen,
      rows: conversations.flat(),
      ...(isForeign && areOnlyRepeated(said, asked) && doubledTurn()),
    };
  },
});

/** Whether each message has a conversation of its own, and stands there several times. */
function areOnlyRepeated(said: readonly (readonly string[])[], asked: readonly string[]): boolean {
  const each = said.map((messages) => new Set(messages));
  return (
    each.every(({ size }) => size === 1) &&
    each
      .flatMap((one) => [...one])
      .toSorted()
      .join() === asked.toSorted().join()
  );
}

async function sendToProfile(context: Context): Promise<Evidence> {
  const options = { num_predict: 4, stand_in_token_ms: 0 };
  const model_id = await makeProfile(context, { name: "isolation", options });
  const length = fewerOnRealEngine(context, AT_ONCE_SLOWLY, AT_ONCE);
  const asked = Array.from({ length }, (_, index) => `Say: ${context.canary(`${index}`)}`);
  const { hmi } = context.target;
  const path = hmiRoutes.sendMessage.path();
  const answers = await Promise.all(
    asked.map((message) => {
      const body = { session_id: null, model_id, message };
      return hmi.call("POST", path, { body, signal: context.signal });
    }),
  );
  const named = answers.flatMap(({ body }) => SentMessage.safeParse(body).data?.session_id ?? []);
  const conversations: readonly (readonly WholeRow[])[] = await Promise.all(
    [...new Set(named)].map((id) => readSettledRows(context, id)),
  );
  return { asked, statuses: answers.map(({ status }) => status), conversations };
}

async function sendOnAnyWire(context: Context): Promise<Evidence> {
  const place = await openPlace(context, { name: "isolation", options: { num_predict: 4 } });
  await requireNewOnes(context, place);
  const names = Array.from({ length: AT_ONCE_SLOWLY }, (_, index) => `${index}`);
  const said = await Promise.all(
    names.map(async (name) => {
      const talk = await beginTalk(context, place);
      return { talk, ...(await converseIn(context, talk, `Say: ${context.canary(name)}`)) };
    }),
  );
  const byId = new Map(said.map(({ talk }): [string | null, Talk] => [talk.conversation, talk]));
  const conversations = [...byId.values()].map((talk) =>
    settledRowsOf(context, talk, (rows) => rows.length > 1),
  );
  return {
    isForeign: true,
    asked: said.map(({ sent }) => sent.text),
    statuses: said.map(({ sent }) => sent.call.status),
    conversations: await Promise.all(conversations),
  };
}

/** Where a message to no conversation goes to the one in use, one after the other, none is made by it. */
async function requireNewOnes(context: Context, place: ChatPlace): Promise<void> {
  const talks = [await beginTalk(context, place), await beginTalk(context, place)];
  if (talks.some(({ conversation }) => conversation !== null)) return;
  for (const [index, talk] of talks.entries()) {
    await converseIn(context, talk, `Say: ${context.canary(`before ${index}`)}`);
  }
  if (talks[0]?.conversation === talks[1]?.conversation) {
    throw new NotObservable(
      "here a message to no conversation goes to the one in use: it is not meant to make one",
    );
  }
}
