import { defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import type { Context } from "../contract-conversations.ts";
import { judgeRefused, sendWith, type WrongBody } from "./wrong-bodies.ts";

export const lastMessage = defineCheck<Context["target"], readonly WrongBody[]>({
  id: "http/last-message",
  claim: "a history whose last message is not the content is refused",
  why: "With two different questions in one request, the reply is to whichever the engine takes for the last.",
  lookAt: "the gateway's messages: their last is the user's content, or the body is wrong",
  needs: ["speak the contract"],
  collect: (context) =>
    sendWith(context, {
      what: "a history that ends with another question",
      gateway: { messages: [{ role: "user", content: "another question" }] },
    }),
  judge: (sent) =>
    firstBroken(sent, (body) => judgeRefused(body, { code: "bad_request", names: "messages" })) ?? {
      verdict: "holds",
      seen: sent.map(({ at, call }) => `${at} ${call.status}`).join(", "),
    },
});
