import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import type { WireDescription } from "../../src/contract/wire-description.ts";

const SERVER = fileURLToPath(new URL("../../fixtures/services/express-chat/server.mjs", import.meta.url));

/** A chat back end that knows nothing of us: Express, ids in the path, `delta` for text. Ended with the test. */
export async function startExpressChat(): Promise<string> {
  const server = spawn(process.execPath, [SERVER, "0"], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(async () => {
    if (server.exitCode === null && server.kill()) await once(server, "exit");
  });
  for await (const line of createInterface(server.stdout)) {
    const [, url] = /listening at (\S+)/.exec(line) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error("the Express back end ended before it listened");
}

/** How it is talked to. */
export const EXPRESS_CHAT: WireDescription = {
  service: "hmi",
  conversation: { request: "POST /api/talks", told: { conversation: "talk.id" } },
  send: { request: "POST /api/talks/{conversation}/say", body: { text: "{text}" } },
  stream: {
    framing: "sse",
    type: "kind",
    text: { of: "piece", at: "delta" },
    usage: { of: "end", prompt: "tokens.in", completion: "tokens.out" },
    done: { of: "end", reason: "reason", reasons: { stop: ["finished"], cancelled: ["stopped"] } },
  },
  rows: {
    request: "GET /api/talks/{conversation}/lines",
    list: "lines",
    text: "body",
    role: "who",
    roles: { user: ["me"], assistant: ["bot"] },
    id: "id",
    status: "state",
  },
  cancel: { request: "POST /api/talks/{conversation}/stop" },
  conversations: { request: "GET /api/talks", list: "talks", id: "id" },
  delete_conversation: { request: "DELETE /api/talks/{conversation}" },
};
