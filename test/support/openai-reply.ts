import { expect, onTestFinished } from "vitest";
import { createEngineClient } from "../../src/services/gateway/engine-client.ts";
import type { EngineDelta, FinalDelta } from "../../src/services/gateway/engine-deltas.ts";
import type { EngineRequest } from "../../src/services/gateway/engine-request.ts";

/** A request for a reply that says no more than it must. */
export const REQUEST: EngineRequest = { model: "m", messages: [{ role: "user", content: "Hi" }] };

/** A client of the server at this URL, until the test ends. */
export function openAiClientOf(url: string, options: { apiKey?: string; maxReplyChars?: number } = {}) {
  const client = createEngineClient("openai", { url, ...options });
  onTestFinished(() => client.close());
  return client;
}

export interface Reply {
  text: string;
  thoughts: string;
  final: FinalDelta | undefined;
  /** What it failed with. */
  error: unknown;
}

/** Reads a reply to its end, in whatever way it ends. */
export async function replyOf(url: string, request = REQUEST, options = {}): Promise<Reply> {
  const reply: Reply = { text: "", thoughts: "", final: undefined, error: undefined };
  const add = (piece: EngineDelta): void => {
    expect(reply.final, "nothing comes after the final piece").toBeUndefined();
    if ("text" in piece) reply.text += piece.text;
    else if ("thought" in piece) reply.thoughts += piece.thought;
    else reply.final = piece;
  };
  try {
    const pieces = openAiClientOf(url, options).chat(request, new AbortController().signal);
    for await (const group of pieces) group.forEach(add);
  } catch (error) {
    reply.error = error;
  }
  return reply;
}
