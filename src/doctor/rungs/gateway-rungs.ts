import { randomUUID } from "node:crypto";
import { ErrorBody } from "../../contract/common-schemas.ts";
import { DEFAULTS } from "../../contract/contract-defaults.ts";
import { gatewayRoutes } from "../../contract/routes.ts";
import type { SeenCall, SeenStream } from "../../targets/http-client.ts";
import type { Rung } from "../climb-ladder.ts";
import { broken } from "../diagnose.ts";
import { askForStream, askService, type Scene } from "../doctor-scene.ts";
import { judgeReply, replyTimeoutMs } from "../judge-reply.ts";
import { SHORT } from "./reply-rungs.ts";

/** A message goes through the gateway to the engine, without a model, so that the gateway's default is asked. */
export const gatewayChat: Rung<Scene> = {
  id: "gateway/chat",
  service: "gateway",
  name: "chat",
  needs: ["gateway/engine", "engine/chat"],
  async look(scene) {
    const key = newKey();
    const stream = await chatThroughGateway(scene, key, "Say OK", replyTimeoutMs(scene));
    scene.notes.gatewayReply = key;
    const finding = judgeReply(stream, "gateway", scene);
    return finding ?? { status: "holds", text: "answers a chat" };
  },
};

/** A reply can be joined again by GET. */
export const gatewayResume: Rung<Scene> = {
  id: "gateway/resume",
  service: "gateway",
  name: "stream's GET",
  needs: ["gateway/chat"],
  async look(scene) {
    const { session_id, message_id } = keyOf(scene);
    const path = gatewayRoutes.resume.path({ session_id }, { message_id });
    // With the id of an event nothing is started, whatever the conversation.
    const headers = { "last-event-id": `${message_id}:0` };
    const stream = await askForStream(scene, "gateway", ["GET", path], { headers });
    if (isMissing(stream)) return broken("resume_missing", { status: stream.status });
    return { status: "holds", text: "has the stream's GET" };
  },
};

/** There is a cancel. That it does its work is seen at the HMI, where people click. */
export const gatewayCancel: Rung<Scene> = {
  id: "gateway/cancel",
  service: "gateway",
  name: "cancel",
  needs: ["gateway/chat"],
  async look(scene) {
    const { session_id } = keyOf(scene);
    const answer = await askService(scene, "gateway", ["POST", gatewayRoutes.cancel.path({ session_id })]);
    if (!isMissing(answer)) return { status: "holds", text: "has the cancel" };
    const call = "POST /chat/{session_id}/cancel";
    return broken("cancel_missing", { service: "gateway", call, status: answer.status });
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

function keyOf({ notes }: Scene): Key {
  return notes.gatewayReply ?? newKey();
}

/** Sends a message to the gateway, which the engine answers shortly. */
export async function chatThroughGateway(
  scene: Scene,
  key: Key,
  content: string,
  timeoutMs: number,
): Promise<SeenStream> {
  const body = { ...key, agent_id: DEFAULTS.agentId, content, options: SHORT, think: false };
  return await askForStream(scene, "gateway", ["POST", gatewayRoutes.chat.path()], { body, timeoutMs });
}

/** An endpoint that is there may answer 404 too, but then says what it did not find. */
export function isMissing({ status, body }: Pick<SeenCall, "status" | "body">): boolean {
  if (status === 405 || status === 501) return true;
  return status === 404 && ErrorBody.safeParse(body).data?.error.code !== "conversation_not_found";
}
