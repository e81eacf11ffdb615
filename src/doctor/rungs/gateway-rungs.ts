import { randomUUID } from "node:crypto";
import { ErrorBody } from "../../contract/common-schemas.ts";
import { DEFAULTS } from "../../contract/contract-defaults.ts";
import { gatewayRoutes } from "../../contract/routes.ts";
import { textOf } from "../../targets/drivers/reply-facts.ts";
import type { SeenCall, SeenStream } from "../../targets/http-client.ts";
import type { Rung } from "../climb-ladder.ts";
import { askForStream, askService, type ExaminedStack } from "../doctor-context.ts";
import { judgeReply, replyTimeoutMs } from "../judge-reply.ts";
import { brokenRung } from "../symptom-explanations.ts";
import { judgeEngineUse, sayOk, wantedByDefault } from "./judge-engine-use.ts";
import { observeEngine } from "./observe-engine.ts";
import { SHORT } from "./reply-rungs.ts";

/** A message goes through the gateway to the engine, without a model, so that the gateway's default is asked. */
export const gatewayChat: Rung<ExaminedStack> = {
  id: "gateway/chat",
  service: "gateway",
  name: "chat",
  needs: ["gateway/engine", "engine/chat"],
  async look(stack) {
    const key = newKey();
    const message = sayOk();
    const look = await observeEngine(stack);
    const stream = await chatThroughGateway(stack, key, message, replyTimeoutMs(stack));
    stack.notes.gatewayReply = key;
    const finding = judgeReply(stream, "gateway", stack);
    if (finding !== undefined) return finding;
    const wanted = wantedByDefault(stack, "gateway");
    const [text, installed] = [textOf(stream), stack.notes.engineModels];
    const reply = { service: "gateway", message, text, ...wanted, told: null, installed } as const;
    const use = judgeEngineUse(reply, await look());
    return use.status === "broken" ? use : { status: "holds", text: "answers a chat" };
  },
};

/** A reply can be joined again by GET. */
export const gatewayResume: Rung<ExaminedStack> = {
  id: "gateway/resume",
  service: "gateway",
  name: "stream's GET",
  needs: ["gateway/chat"],
  async look(stack) {
    const { session_id, message_id } = keyOf(stack);
    const path = gatewayRoutes.resume.path({ session_id }, { message_id });
    // With the id of an event nothing is started, whatever the conversation.
    const headers = { "last-event-id": `${message_id}:0` };
    const stream = await askForStream(stack, "gateway", ["GET", path], { headers });
    if (isMissing(stream)) return brokenRung("resume_missing", { status: stream.status });
    return { status: "holds", text: "has the stream's GET" };
  },
};

/** There is a cancel. That it does its work is seen at the HMI, where people click. */
export const gatewayCancel: Rung<ExaminedStack> = {
  id: "gateway/cancel",
  service: "gateway",
  name: "cancel",
  needs: ["gateway/chat"],
  async look(stack) {
    const { session_id } = keyOf(stack);
    const answer = await askService(stack, "gateway", ["POST", gatewayRoutes.cancel.path({ session_id })]);
    if (!isMissing(answer)) return { status: "holds", text: "has the cancel" };
    const call = "POST /chat/{session_id}/cancel";
    return brokenRung("cancel_missing", { service: "gateway", call, status: answer.status });
  },
};

/** Names one reply at the gateway. */
interface Key {
  readonly session_id: string;
  readonly message_id: string;
}

/** A key that nobody has used. */
export function newKey(): Key {
  const id = randomUUID();
  return { session_id: `stack-doctor-${id}`, message_id: `stack-doctor-message-${id}` };
}

function keyOf({ notes }: ExaminedStack): Key {
  return notes.gatewayReply ?? newKey();
}

/** Sends a message to the gateway, which the engine answers shortly. */
export async function chatThroughGateway(
  stack: ExaminedStack,
  key: Key,
  content: string,
  timeoutMs: number,
): Promise<SeenStream> {
  const body = { ...key, agent_id: DEFAULTS.agentId, content, options: SHORT, think: false };
  return await askForStream(stack, "gateway", ["POST", gatewayRoutes.chat.path()], { body, timeoutMs });
}

/** An endpoint that is there may answer 404 too, but then says what it did not find. */
export function isMissing({ status, body }: Pick<SeenCall, "status" | "body">): boolean {
  if (status === 405 || status === 501) return true;
  return status === 404 && ErrorBody.safeParse(body).data?.error.code !== "conversation_not_found";
}
