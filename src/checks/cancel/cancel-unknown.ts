import { ErrorBody } from "../../contract/common-schemas.ts";
import { CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import type { Context } from "../contract-conversations.ts";
import { answerInWords } from "./judge-both-ends.ts";
import { cancelInTime, isAnswered, type SeenCancel } from "./running-reply.ts";

export const unknown = defineCheck<Context["target"], SeenCancel>({
  id: "cancel/unknown",
  claim: "a cancel of a conversation that is not there answers 404",
  why: "A stop button that is told 200 for a mistyped address hides that nothing was stopped.",
  lookAt: "the look-up of the conversation before the cancel",
  needs: ["speak the contract"],
  async collect(context) {
    const { chat } = context.target;
    const name = { conversation: context.canary("conversation") };
    return await cancelInTime(context, (signal) => chat.cancel(name, signal));
  },
  judge(answer) {
    if (!isAnswered(answer)) throw new CouldNotRun("the cancel was not answered");
    const code = ErrorBody.safeParse(answer.body).data?.error.code;
    const seen = `${answer.request} answered ${answerInWords(answer)}`;
    if (answer.status === 404 && code === "conversation_not_found") return { verdict: "holds", seen };
    return { verdict: "broken", expected: "404 conversation_not_found", found: answerInWords(answer), seen };
  },
});
