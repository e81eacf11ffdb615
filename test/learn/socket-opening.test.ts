/** What a page says on its WebSocket before its messages is said again, and what it is answered is no reply. */
import { expect, test } from "vitest";
import type { HarEntry } from "../support/har.ts";
import { learn } from "../support/learn.ts";

const SALTY = "Why is the sea salty?";
const TIDES = "Why are there tides?";
const CHAT = "0c6f9f1e-3f54-4a53-9d53-6a7f0f5a1c01";
const VISITS = ["2d4b8a06-7c1e-4f0e-8b7a-0e3a5d1f0b02", "91f3c6de-5a7b-4c2d-9e8f-7b6a5c4d3e03"] as const;

const page = (...values: readonly unknown[]): string => `> 42${JSON.stringify(values)}`;
const server = (...values: readonly unknown[]): string => `< 42${JSON.stringify(values)}`;
const reply = (...words: readonly string[]): string[] => [
  ...words.map((text) => server("piece", { text })),
  server("idle", {}),
];

/** A page of socket.io's that polls until its WebSocket takes over. */
function visit(sid: string, auth: object, ...frames: readonly string[]): HarEntry[] {
  const at = `127.0.0.1:8000/live/?EIO=4`;
  return [
    {
      request: `GET http://${at}&transport=polling&t=1`,
      type: "text/plain",
      answer: `0{"sid":"${sid}","upgrades":["websocket"]}`,
    },
    {
      request: `POST http://${at}&transport=polling&t=2&sid=${sid}`,
      body: "",
      type: "text/html",
      answer: "ok",
    },
    {
      request: `WS ws://${at}&transport=websocket&sid=${sid}`,
      frames: ["> 2probe", "< 3probe", "> 5", `> 40${JSON.stringify(auth)}`, '< 40{"sid":"x"}', ...frames],
    },
  ];
}

test("a socket.io page's connection is opened as one is that comes back to a conversation", () => {
  const { wire, talk } = learn(
    ...visit(
      "aaa",
      { client: "page", visit: VISITS[0], thread: "" },
      page("here"),
      server("idle", {}),
      server("piece", { text: "Welcome." }),
      page("say", { text: SALTY }),
      server("begun", { thread: CHAT }),
      ...reply("Rivers ", "bring ", "salt."),
      page("say", { text: TIDES }),
      ...reply("The ", "moon ", "does ", "it."),
    ),
    {
      request: `GET http://127.0.0.1:8000/threads/${CHAT}`,
      answer: [SALTY, "Rivers bring salt.", TIDES, "The moon does it."].map((text, index) => ({
        role: index % 2 === 0 ? "user" : "assistant",
        text,
      })),
    },
    ...visit("bbb", { client: "page", visit: VISITS[1], thread: CHAT }, page("here"), server("idle", {})),
  );
  expect(talk.reply).not.toContain("Welcome");
  expect(wire.send).toEqual({
    request: "WS /live/?EIO=4&transport=websocket",
    auth: { client: "page", visit: "{key}", thread: "{conversation}" },
    before: [["here"]],
    body: ["say", { text: "{text}" }],
  });
  expect(wire.stream).toMatchObject({
    framing: "socket.io",
    started: { conversation: "thread" },
    text: { of: "piece", at: "text" },
    done: { of: "idle" },
  });
});

test("a server that greets with words is waited for", () => {
  const say = (value: object): string => `> ${JSON.stringify(value)}`;
  const came = (value: object): string => `< ${JSON.stringify(value)}`;
  const { wire, talk } = learn({
    request: "WS ws://127.0.0.1:8000/ws",
    frames: [
      came({ type: "text", text: "Welcome! " }),
      came({ type: "end" }),
      say({ message: SALTY }),
      ...["Rivers ", "bring ", "salt."].map((text) => came({ type: "text", text })),
      came({ type: "end" }),
    ],
  });
  expect(talk.reply).toBe("Rivers bring salt.");
  expect(wire.send).toMatchObject({ body: { message: "{text}" }, before: [] });
});
