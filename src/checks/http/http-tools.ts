import { defineCheck } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import type { Context } from "../contract-conversations.ts";
import { judgeRefused, sendWith, type WrongBody } from "./wrong-bodies.ts";

export const tools = defineCheck<Context["target"], readonly WrongBody[]>({
  id: "http/tools",
  claim: "tools are refused with not_supported, as long as no answer could call one",
  why: "A model that is never told of its tools answers without them, and its client waits for a call that never comes.",
  lookAt: "tools in the bodies of messages, at the HMI and at the gateway",
  needs: ["speak the contract"],
  collect: (context) =>
    sendWith(context, { what: "tools", hmi: { tools: TOOLS }, gateway: { tools: TOOLS } }),
  judge: (sent) =>
    firstBroken(sent, (body) => judgeRefused(body, { code: "not_supported", names: "tools" })) ?? {
      verdict: "holds",
      seen: sent.map(({ at, call }) => `${at} ${call.status}`).join(", "),
    },
});

const TOOLS = [{ type: "function", function: { name: "now", description: "The time.", parameters: {} } }];
