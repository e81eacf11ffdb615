import { defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import type { Context } from "../contract-conversations.ts";
import { judgeRefused, sendWith, type WrongBody } from "./wrong-bodies.ts";

export const unknownFields = defineCheck<Context["target"], readonly WrongBody[]>({
  id: "http/unknown-fields",
  claim: "a field that the contract does not know is refused, and named",
  why: "A field that is dropped in silence looks as if it had been heard: a misspelt one, or one of a newer client.",
  lookAt: "the validation of bodies: strict, so that what is not known is an error",
  needs: ["speak the contract"],
  collect: (context) =>
    sendWith(context, {
      what: "a field that nobody knows",
      hmi: { temprature: 0.2 },
      gateway: { temprature: 0.2 },
    }),
  judge: (sent) =>
    firstBroken(sent, (body) => judgeRefused(body, { code: "bad_request", names: "temprature" })) ?? {
      verdict: "holds",
      seen: sent.map(({ at, call }) => `${at} ${call.status}`).join(", "),
    },
});
