import { expect, test } from "vitest";
import type { WireSettings } from "../../src/contract/wire-description.ts";
import type { LearnedWire } from "../../src/learn/learned-wire.ts";
import { type TriedWire, tryWire } from "../../src/learn/try-wire.ts";
import { eventsOf } from "../support/har.ts";
import { serveRoutes } from "../support/routes.ts";

/** Rooms whose messages have words of their own: one that is said again is not answered again. */
async function startRooms(): Promise<{ readonly url: string; readonly rooms: Map<string, object[]> }> {
  const rooms = new Map<string, object[]>();
  const taken = new Set<string>();
  const url = await serveRoutes({
    "GET /rooms": () => [...rooms.keys()].map((id) => ({ id })),
    "POST /rooms": () => {
      const id = `r${rooms.size + 1}`;
      rooms.set(id, []);
      return { id };
    },
    "PUT /rooms/:id/turns/:turn": ({ params, body, response }) => {
      const turn = `${params["id"]}/${params["turn"]}`;
      response.setHeader("content-type", "text/event-stream");
      if (taken.has(turn)) return void response.end();
      taken.add(turn);
      const { say } = JSON.parse(body);
      const text = `You said ${say}`;
      rooms.get(params["id"] ?? "")?.push({ by: "guest", text: say }, { by: "host", text });
      response.end(eventsOf({ piece: text }, { end: true }));
      return undefined;
    },
    "GET /rooms/:id": ({ params, response }) => {
      const rows = rooms.get(params["id"] ?? "");
      if (rows === undefined) response.writeHead(404).end();
      return rows;
    },
    "DELETE /rooms/:id/turns/:turn": () => ({}),
    "DELETE /rooms/:id": ({ params }) => ({ gone: rooms.delete(params["id"] ?? "") }),
  });
  return { url, rooms };
}

const WIRE: WireSettings = {
  service: "hmi",
  conversation: { request: "POST /rooms", told: { conversation: "id" } },
  send: { request: "PUT /rooms/{conversation}/turns/{key}", body: { say: "{text}" } },
  stream: { framing: "sse", text: { at: "piece" }, done: { where: { end: true } } },
  rows: {
    request: "GET /rooms/{conversation}",
    list: "",
    text: "text",
    role: "by",
    roles: { user: ["guest"], assistant: ["host"] },
  },
  delete_conversation: { request: "DELETE /rooms/{conversation}" },
};

const LISTED: WireSettings = { conversations: { request: "GET /rooms", list: "", id: "id" } };

async function tried(url: string, more: WireSettings, base = WIRE): Promise<TriedWire> {
  const learned: LearnedWire = {
    driver: "described",
    wire: { ...base, ...more },
    service: "hmi",
    url,
    talk: { said: "", reply: "" },
    findings: [],
    unknown: [],
    unsayable: [],
  };
  return await tryWire(learned, { token: "", signal: AbortSignal.timeout(20_000) });
}

test("two messages are said, and what was made is gone", async () => {
  const { url, rooms } = await startRooms();
  expect(await tried(url, {})).toMatchObject({ problems: [], rows: 4, left: null });
  expect(await tried(url, LISTED)).toMatchObject({ problems: [], rows: 4, left: null });
  expect(rooms.size).toBe(0);
});

test("a message that works once does not work, and what was said is deleted all the same", async () => {
  const { url, rooms } = await startRooms();
  const send = { request: "PUT /rooms/{conversation}/turns/6e3d5e58", body: { say: "{text}" } };
  const { problems, reply, left } = await tried(url, { send });
  expect(reply).toMatchObject({ text: "You said Say hello in three words." });
  expect(problems).toContain(
    'its second message, "Say goodbye in three words.": no text was heard in its reply',
  );
  expect(left).toBeNull();
  expect(rooms.size).toBe(0);
});

test.each([
  ["its list of conversations", LISTED],
  ["what was said in it", {}],
])("a call that deletes something else is found by %s", async (_, more) => {
  const { url } = await startRooms();
  const delete_conversation = { request: "DELETE /rooms/{conversation}/turns/c7d20dba" };
  expect(await tried(url, { ...more, delete_conversation })).toMatchObject({
    problems: ["its conversation is still there after it was deleted: that call deletes something else"],
    rows: 4,
    left: "r1",
  });
});

test("where the first message is refused nothing is left of a conversation whose id was made up for it", async () => {
  const { url } = await startRooms();
  const send = { request: "POST /refused/{conversation}", body: { say: "{text}" } };
  const { delete_conversation: _, ...wire } = { ...WIRE, conversation: "own", send } as const;
  const { problems, left } = await tried(url, wire, {});
  expect(problems).not.toEqual([]);
  expect(left).toBeNull();
});
