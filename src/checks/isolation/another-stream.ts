import { setTimeout as delay } from "node:timers/promises";
import { defineCheck } from "../../harness/define-check.ts";
import type { NamedReply } from "../../targets/drivers/chat-client.ts";
import { answerWords } from "../../targets/drivers/refusal.ts";
import { textOf } from "../../targets/drivers/reply-facts.ts";
import type { Context } from "../contract-conversations.ts";
import { judgeAsMissing } from "./foreign-calls.ts";
import { judgeUnheard } from "./judge-callers.ts";
import { type ReachedReply, reachForReply, speaksContract } from "./two-callers.ts";
import { type TwoPeople, twoPeople } from "./two-people.ts";

export const anotherStream = defineCheck<Context["target"], TwoPeople | ReachedReply>({
  id: "isolation/another-stream",
  claim: "another person's reply cannot be read while it is written",
  why: "What runs is kept in memory, where no query asks whose it is.",
  lookAt: "what finds a running reply: by its conversation, and only where that is the caller's",
  needs: ["tell two people apart", "listen to a reply"],
  collect: (context) => (speaksContract(context) ? twoPeople(context) : reachForReply(context, readAsOther)),
  judge: (people) =>
    "overheard" in people
      ? judgeUnheard(people)
      : judgeAsMissing(people, ["stream", "stream at the gateway"]),
});

/** How long somebody listens who is told nothing, in milliseconds. */
const LISTENS_MS = 1_500;

/** Reads a reply as somebody whose it is not, until a word of it is told. */
async function readAsOther(
  { target, signal }: Context,
  name: NamedReply,
): Promise<Pick<ReachedReply, "answered" | "overheard">> {
  const told = Promise.withResolvers<void>();
  const reading = target.chat.readAgain(name, {
    signal,
    onFact: ({ kind }) => kind === "text" && told.resolve(),
  });
  await Promise.race([told.promise, reading.ended, delay(LISTENS_MS, undefined, { signal })]);
  reading.leave();
  const stream = await reading.ended;
  const words = stream.status >= 300 ? answerWords(stream) : String(stream.status);
  return { answered: `was answered ${words}`, overheard: textOf(stream) };
}
