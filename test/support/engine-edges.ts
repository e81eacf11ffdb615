import type { ServerResponse } from "node:http";
import { encodeNdjson } from "../../src/contract/ndjson.ts";
import type { OllamaApi } from "../../src/services/gateway/ollama-call.ts";
import { startFakeEngine } from "./gateway.ts";

/** How one of Ollama's two calls writes a reply. */
export interface Wire {
  /** A line that is not the last. */
  piece(text: string): string;
  /** A line of what a model thinks before it answers. */
  thought(text: string): string;
  /** The last line of a whole reply. */
  final(reason?: string): string;
}

export const WIRES: Readonly<Record<OllamaApi, Wire>> = {
  chat: wireOf("content", (fields) => ({ message: { role: "assistant", ...fields } })),
  generate: wireOf("response", (fields) => fields),
};

/** Something that an engine may do when it is asked for a reply, and what must come of it. */
export interface EngineEdge {
  readonly name: string;
  readonly play: (wire: Wire, response: ServerResponse) => void;
  readonly text?: string;
  /** What it thought, which is no part of the text. */
  readonly thoughts?: string;
  /** Why the reply ended; `stop` unless said otherwise. */
  readonly finish?: "length" | "error";
  /** The error that the reader is told, and some of its words. */
  readonly error?: { code: string; says: string };
}

/** An engine that does this at the first request, and replies `next` to every other. */
export async function startEdgeEngine(api: OllamaApi, edge: EngineEdge): Promise<string> {
  const wire = WIRES[api];
  let asked = 0;
  return await startFakeEngine((_, response) => {
    asked += 1;
    if (asked === 1) edge.play(wire, response);
    else response.end(wire.piece("next") + wire.final());
  });
}

/** Numbered, so that it does not say the same again and again. */
const ONE_MIB = Array.from({ length: 100_000 }, (_, line) => `${line} é 🏛\n`)
  .join("")
  .slice(0, 1024 * 1024)
  .toWellFormed();

export const EDGES: readonly EngineEdge[] = [
  {
    name: "a stream that ends without its final object",
    play: (wire, response) => response.end(wire.piece("a") + wire.piece("b")),
    text: "ab",
    ...engineError("without its final object"),
  },
  {
    name: "a stream that ends in the middle of a line",
    play: (wire, response) => response.end(wire.piece("a") + wire.final().slice(0, 20)),
    text: "a",
    ...engineError("is not NDJSON"),
  },
  {
    name: "an error line in mid-reply",
    play: (wire, response) => response.end(`${wire.piece("a")}{"error":"an error was encountered"}\n`),
    text: "a",
    ...engineError("failed in mid-reply: an error was encountered"),
  },
  {
    name: "a connection that is reset in mid-reply",
    play: (wire, response) => response.write(wire.piece("a"), () => response.socket?.resetAndDestroy()),
    text: "a",
    ...engineError("was cut off"),
  },
  {
    name: "an unknown model",
    play: (_, response) => response.writeHead(404).end(`{"error":"model 'm' not found"}`),
    finish: "error",
    error: { code: "model_not_found", says: "model 'm' not found" },
  },
  {
    name: "a full queue",
    play: (_, response) =>
      response
        .writeHead(503)
        .end('{"error":"server busy, please try again.  maximum pending requests exceeded"}'),
    finish: "error",
    error: { code: "engine_unavailable", says: "try again" },
  },
  {
    name: "a runner that died before its first token",
    play: (_, response) => response.writeHead(500).end('{"error":"model runner has unexpectedly stopped"}'),
    ...engineError("failed: model runner has unexpectedly stopped"),
  },
  {
    name: "a page instead of a reply",
    play: (_, response) => response.end("<!doctype html>\n<title>Portal</title>\n"),
    ...engineError("is not NDJSON"),
  },
  {
    name: "JSON that is no reply",
    play: (_, response) => response.end('[]\n1\nnull\n"done"\n{}\n'),
    ...engineError("without its final object"),
  },
  {
    name: "no body at all",
    play: (_, response) => response.end(),
    ...engineError("without its final object"),
  },
  {
    name: "a model that was only loaded",
    play: (wire, response) => response.end(wire.final("load").trim()),
    ...engineError("no reply: it only loaded the model"),
  },
  {
    name: "a model that was only unloaded",
    play: (wire, response) => response.end(wire.final("unload").trim()),
    ...engineError("no reply: it only unloaded the model"),
  },
  {
    name: "an empty reply",
    play: (wire, response) => response.end(wire.final()),
    ...emptyReply("said nothing"),
  },
  {
    name: "a reply of white space",
    play: (wire, response) => response.end(wire.piece(" ") + wire.piece("\n\n\t") + wire.final()),
    text: " \n\n\t",
    ...emptyReply("said nothing"),
  },
  {
    name: "a last line without its line break",
    play: (wire, response) => response.end(wire.piece("a") + wire.final().trim()),
    text: "a",
  },
  {
    name: "a reply that was cut at its limit",
    play: (wire, response) => response.end(wire.piece("a") + wire.final("length")),
    text: "a",
    finish: "length",
  },
  {
    name: "one byte at a time",
    play: (wire, response) => dribble(response, wire.piece("🏛️ é") + wire.piece(": \n\n漢") + wire.final()),
    text: "🏛️ é: \n\n漢",
  },
  {
    name: "a token of 1 MiB",
    play: (wire, response) => response.end(wire.piece(ONE_MIB) + wire.final()),
    text: ONE_MIB,
  },
  {
    name: "halves of characters, each in a line of its own",
    play: (wire, response) =>
      response.end(["a\ud83c", "\udfdb", "\ud83d", "\ude00b\ud83c"].map(wire.piece).join("") + wire.final()),
    text: "a🏛😀b\ufffd",
  },
  {
    name: "a model that thinks before it answers",
    play: (wire, response) => response.end(wire.thought("Hm.") + wire.piece("a") + wire.final()),
    thoughts: "Hm.",
    text: "a",
  },
  {
    name: "a model whose template the engine does not know, and that thinks in its text",
    play: (wire, response) =>
      response.end(["<th", "ink>\nHm.</", "think>\n\na"].map(wire.piece).join("") + wire.final()),
    thoughts: "Hm.",
    text: "a",
  },
  {
    name: "a model that thinks until its limit",
    play: (wire, response) => response.end(wire.thought("Hm. So") + wire.final("length")),
    thoughts: "Hm. So",
    ...emptyReply("while it thought"),
  },
];

function engineError(says: string): Pick<EngineEdge, "finish" | "error"> {
  return { finish: "error", error: { code: "engine_error", says } };
}

function emptyReply(says: string): Pick<EngineEdge, "finish" | "error"> {
  return { finish: "error", error: { code: "empty_reply", says } };
}

function wireOf(field: string, frame: (fields: object) => object): Wire {
  const line = (fields: object, rest: object): string =>
    encodeNdjson({ model: "m", created_at: "2026-01-01T00:00:00Z", ...frame(fields), ...rest });
  return {
    piece: (text) => line({ [field]: text }, { done: false }),
    thought: (thinking) => line({ [field]: "", thinking }, { done: false }),
    final: (done_reason = "stop") => line({ [field]: "" }, { done: true, done_reason, eval_count: 2 }),
  };
}

function dribble(response: ServerResponse, text: string): void {
  const bytes = Buffer.from(text);
  response.socket?.setNoDelay(true);
  const next = (index: number): void => {
    if (index === bytes.length) response.end();
    else response.write(bytes.subarray(index, index + 1), () => setImmediate(next, index + 1));
  };
  next(0);
}
