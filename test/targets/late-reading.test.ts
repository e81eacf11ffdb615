/** Back ends that tell a reply to whoever listens just then: who came later has missed its beginning. */
import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import { expect, test, vi } from "vitest";
import { DEFAULT_CONFIG } from "../../src/config/default-config.ts";
import type { WireDescription } from "../../src/contract/wire-description.ts";
import { examine } from "../../src/doctor/run-doctor.ts";
import { verify } from "../../src/verify/verify-stack.ts";
import { serveRoutes } from "../support/routes.ts";
import { traceUrls } from "../support/trace.ts";

const PIECES = ["This is what ", "was said ", "in this room, ", "word by word."];

interface Lost {
  /** How many pieces are told before the message is answered, when nobody can listen to its reply yet. */
  readonly before: number;
  /** Which piece is told to nobody. */
  readonly hole?: number;
}

/** Rooms whose replies go to whoever has opened the room's stream; it keeps all that was said. */
async function startRooms({ before, hole }: Lost): Promise<string> {
  const rooms = new Map<string, { lines: object[]; readers: Set<ServerResponse> }>();
  const roomOf = (id = "") => rooms.get(id) ?? { lines: [], readers: new Set() };
  return await serveRoutes({
    "GET /": ({ response }) => void response.end("rooms"),
    "POST /rooms": () => {
      const id = randomUUID();
      rooms.set(id, { lines: [], readers: new Set() });
      return { id };
    },
    "DELETE /rooms/:id": ({ params }) => ({ deleted: rooms.delete(params["id"] ?? "") }),
    "GET /rooms/:id/lines": ({ params }) => ({ lines: roomOf(params["id"]).lines }),
    "GET /rooms/:id/events": ({ params, response }) => {
      const { readers } = roomOf(params["id"]);
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.flushHeaders();
      readers.add(response);
      response.on("close", () => readers.delete(response));
    },
    "POST /rooms/:id/say": ({ params, body }) => {
      const { lines, readers } = roomOf(params["id"]);
      const reply = { by: "assistant", text: PIECES.join("") };
      const tell = (event: object): void => {
        for (const each of readers) each.write(`data: ${JSON.stringify(event)}\n\n`);
      };
      lines.push({ by: "user", text: JSON.parse(body).text });
      for (const piece of PIECES.slice(0, before)) tell({ piece });
      void (async () => {
        await vi.waitUntil(() => readers.size > 0, { timeout: 60_000 });
        for (const [index, piece] of PIECES.entries()) if (index >= before && index !== hole) tell({ piece });
        lines.push(reply);
        tell({ over: true });
        for (const each of readers) each.end();
      })();
      return { taken: true };
    },
  });
}

const WIRE: WireDescription = {
  service: "hmi",
  conversation: { request: "POST /rooms", told: { conversation: "id" } },
  delete_conversation: { request: "DELETE /rooms/{conversation}" },
  send: { request: "POST /rooms/{conversation}/say", body: { text: "{text}" } },
  read: { request: "GET /rooms/{conversation}/events" },
  stream: { framing: "sse", text: { at: "piece" }, done: { where: { over: true } } },
  rows: { request: "GET /rooms/{conversation}/lines", list: "lines", role: "by", text: "text" },
};

const contract = { ...DEFAULT_CONFIG.contract, driver: "described", wire: WIRE };

async function judged(hmi: string, ids?: readonly string[]) {
  const { results } = await verify({
    suite: ["persistence", "sse", "isolation"],
    ids,
    target: { hmi, contract },
  });
  const of = (verdict: string) => results.filter(({ outcome }) => outcome.verdict === verdict);
  return { broken: of("broken").map(({ id }) => id), skipped: of("skipped"), results };
}

async function diagnosed(hmi: string) {
  const urls = { hmi };
  const signal = new AbortController().signal;
  const { rungs } = await examine({ config: DEFAULT_CONFIG, env: {}, urls, contract, signal });
  return rungs.filter(({ status }) => status === "broken").map(({ id }) => id);
}

test("whose reader came late is not said to lose the beginning, by anybody", async () => {
  const hmi = await startRooms({ before: 2 });
  const { broken, skipped } = await judged(hmi);
  expect(broken).toEqual([]);
  expect(JSON.stringify(skipped)).toContain("was opened after the message, so the reply's beginning");
  expect(JSON.stringify(skipped)).toContain("contract.wire.stream.channel");
  expect(await diagnosed(hmi)).toEqual([]);
  const { findings, not_told } = await traceUrls({ hmi, contract });
  expect(findings).toEqual([]);
  expect(not_told.join()).toContain("was opened after the message");
}, 120_000);

test("who reads all in time is judged as ever", async () => {
  const hmi = await startRooms({ before: 0 });
  const { broken, results } = await judged(hmi, ["persistence/complete", "persistence/saved-at-done"]);
  expect(broken).toEqual([]);
  expect(results.find(({ id }) => id === "persistence/complete")?.outcome).toMatchObject({
    verdict: "holds",
  });
}, 120_000);

test("what is lost behind the beginning was lost by the back end, whenever its reader came", async () => {
  const hmi = await startRooms({ before: 0, hole: 2 });
  const { broken } = await judged(hmi, ["persistence/complete", "persistence/saved-at-done"]);
  expect(broken).toContain("persistence/complete");
  expect(await diagnosed(hmi)).toEqual(["hmi/stored"]);
  const { findings } = await traceUrls({ hmi, contract });
  expect(findings.map(({ kind }) => kind)).toEqual(["lost_text"]);
}, 120_000);
