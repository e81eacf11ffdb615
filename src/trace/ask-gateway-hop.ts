import { randomUUID } from "node:crypto";
import { gatewayRoutes } from "../contract/routes.ts";
import type { HttpClient } from "../targets/http-client.ts";
import { type HopQuestion, passByOneCall } from "./hop-question.ts";
import type { HopPass } from "./trace-report.ts";

/** Sends the message to a gateway, under keys that nobody has used. Throws only the signal's reason. */
export async function askGatewayHop(
  gateway: HttpClient,
  question: HopQuestion,
  signal: AbortSignal,
): Promise<HopPass> {
  const { message, model, options, agentId, isOurWire } = question;
  const path = gatewayRoutes.chat.path();
  const ask = (extras: object): Promise<HopPass> => {
    const id = randomUUID();
    const body = {
      session_id: `stack-trace-${id}`,
      message_id: `stack-trace-message-${id}`,
      agent_id: agentId,
      content: message,
      ...(model !== null && { model }),
      ...extras,
    };
    const stream = (soon: AbortSignal) => gateway.stream("POST", path, { body, signal: soon });
    return passByOneCall(`POST ${path}`, stream, question, signal);
  };
  const pass = await ask({
    ...(Object.keys(options).length > 0 && { options }),
    ...(isOurWire && { think: false }),
  });
  // One that takes no options is asked as everybody asks it.
  return pass.status === 400 || pass.status === 422 ? await ask({}) : pass;
}
