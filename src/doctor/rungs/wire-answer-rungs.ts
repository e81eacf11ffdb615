import type { Role } from "../../config/service-config.ts";
import { chooseDefaultModel } from "../../contract/default-model-rule.ts";
import { UserError } from "../../errors/user-error.ts";
import type { ChatClient } from "../../targets/drivers/chat-client.ts";
import { isRefusal, wordsIn } from "../../targets/drivers/refusal.ts";
import type { Rung, RungFinding } from "../climb-ladder.ts";
import { askService, type ExaminedStack } from "../doctor-context.ts";
import { isTokenRefused, refusedCall } from "../refused-call.ts";
import { brokenRung } from "../symptom-explanations.ts";
import { noAnswer } from "./answers-rung.ts";
import { type ConnectedFront, connectFront, connectTo } from "./wire-connection.ts";

/** The service that messages are sent to answers over HTTP, whatever wire it speaks. */
export function wireAnswersRung(service: Role): Rung<ExaminedStack> {
  return {
    id: `${service}/answers`,
    service,
    name: "answer",
    needs: [`${service}/port`],
    async look(stack) {
      try {
        const { chat, plain } = await connectFront(stack, stack.model);
        const health = await healthOf({ chat, plain }, stack, service);
        const said = wordsIn(health);
        // An address that nobody has named may be anybody's.
        const isNamed = chat.missingAbilities["report health"] === undefined || plain?.page !== undefined;
        if (health.status < 500 && !(isNamed && isTokenRefused(health.status, said))) {
          stack.notes.chat = chat;
          return { status: "holds", text: `answers: ${health.request} ${health.status}` };
        }
        return refusedCall(stack, service, health, said);
      } catch (error) {
        stack.signal.throwIfAborted();
        if (error instanceof UserError && error.code === "unauthorized")
          return brokenRung("not_let_in", { found: error.message, advice: error.hint ?? "" });
        return noAnswer(stack, service, "/", error);
      }
    },
  };
}

/** It lists models, and the one that is asked for is among them. */
export function wireModelRung(service: Role): Rung<ExaminedStack> {
  return {
    id: `${service}/model`,
    service,
    name: "model",
    needs: [`${service}/answers`],
    async look(stack) {
      const { chat } = stack.notes;
      const lacking = chat?.missingAbilities["list models"];
      if (chat === undefined || lacking !== undefined)
        return { status: "skipped", text: lacking ?? "nothing answers" };
      const installed = await listed(chat, service, stack);
      if (!Array.isArray(installed)) return installed as RungFinding;
      const inForce = chooseDefaultModel(installed, stack.model);
      if (inForce === undefined) return { status: "skipped", text: "lists no models" };
      stack.notes.installed = installed;
      stack.notes.model = inForce;
      if (inForce !== stack.model) stack.notes.chat = await connectTo(stack, inForce);
      // Of a default nobody has said that it should be there.
      const why = stack.isModelGiven ? `it does not list ${stack.model}, so ` : "";
      const stands = inForce === stack.model ? "" : `: ${why}${inForce} is asked`;
      return { status: "holds", text: `lists ${installed.length} models${stands}` };
    },
  };
}

async function listed(
  chat: ChatClient,
  service: Role,
  stack: ExaminedStack,
): Promise<readonly string[] | RungFinding> {
  const { signal } = stack;
  try {
    return await chat.models(AbortSignal.any([signal, AbortSignal.timeout(LIST_TIMEOUT_MS)]));
  } catch (error) {
    signal.throwIfAborted();
    if (!isRefusal(error)) throw error;
    return refusedCall(stack, service, error.answer, wordsIn(error.answer));
  }
}

/** What a list may take, in milliseconds: some ask every provider for theirs. */
const LIST_TIMEOUT_MS = 10_000;

/** Its health report; where it has none, its page, as somebody sees it who may chat. */
async function healthOf({ chat, plain }: ConnectedFront, stack: ExaminedStack, service: Role) {
  const signal = AbortSignal.any([stack.signal, AbortSignal.timeout(LIST_TIMEOUT_MS)]);
  if (chat.missingAbilities["report health"] === undefined) return await chat.health(signal);
  return plain === undefined
    ? await askService(stack, service, ["GET", "/"])
    : await plain.call({ method: "GET", path: plain.page ?? "/" }, { signal });
}
