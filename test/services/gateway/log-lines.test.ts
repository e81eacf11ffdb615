import { pino } from "pino";
import { expect, test } from "vitest";
import { WIRES } from "../../support/engine-edges.ts";
import {
  LONG_REPLY,
  startFakeEngine,
  startTestGateway,
  type TestGatewayOptions,
} from "../../support/gateway.ts";
import { eventually } from "../../support/streams.ts";

const { piece, thought, final } = WIRES.chat;

interface Line {
  readonly level: number;
  readonly msg: string;
}

const [DEBUG, INFO, WARN] = [20, 30, 40];

/** A gateway whose log is kept. */
async function startLogged(options: TestGatewayOptions, level = "debug") {
  const text: string[] = [];
  const logger = pino({ level }, { write: (line: string) => text.push(line) });
  const gateway = await startTestGateway({ ...options, server: { ...options.server, logger } });
  const lines = (of: number) =>
    text.map((line) => JSON.parse(line) as Line).filter((line) => line.level === of);
  return { gateway, lines, whole: () => text.join("") };
}

async function engineOf(lines: string): Promise<string> {
  return await startFakeEngine((_, response) => response.end(lines));
}

test("a reply has one line: which, of which conversation, by which model, how it ended, tokens and milliseconds", async () => {
  const engineUrl = await engineOf(thought("Hm.") + piece("Yes.") + final());
  const { gateway, lines } = await startLogged({ engineUrl }, "info");
  await (await gateway.chat()).ended;
  expect(lines(INFO).filter(({ msg }) => msg === "reply")).toEqual([
    expect.objectContaining({
      conversation: "80",
      reply: "1",
      model: "m",
      status: "complete",
      tokens: 2,
      ms: expect.any(Number),
    }),
  ]);
  expect(lines(WARN)).toEqual([]);
});

test("one that failed is a warning with its code", async () => {
  const { gateway, lines } = await startLogged({ engineUrl: await engineOf(final()) }, "info");
  await (await gateway.chat()).ended;
  expect(lines(WARN)).toEqual([
    expect.objectContaining({ conversation: "80", reply: "1", status: "error", code: "empty_reply" }),
  ]);
  expect(lines(INFO).filter(({ msg }) => msg.startsWith("reply"))).toEqual([]);
});

test("one that was cancelled is no warning", async () => {
  const { gateway, lines } = await startLogged({}, "info");
  const reader = await gateway.chat({ options: LONG_REPLY });
  await gateway.cancel();
  await reader.ended;
  expect(lines(WARN)).toEqual([]);
  expect(lines(INFO).at(-1)).toMatchObject({ status: "cancelled", msg: "reply" });
});

test("each hop is told at debug", async () => {
  const { gateway, lines } = await startLogged({ engineUrl: await engineOf(piece("a") + final()) });
  await (await gateway.chat()).ended;
  expect(lines(DEBUG).map(({ msg }) => msg)).toEqual(["asked the engine", "first piece"]);
});

test("at no level is there a word of what was said, thought or shown, nor a token", async () => {
  const secret = (what: string): string => `SECRET-${what}`;
  const engineUrl = await startFakeEngine((_, response) => {
    const failure = `{"error":"${secret("engine")}"}\n`;
    response.end(thought(secret("thought")) + piece(secret("reply")) + failure);
  });
  const token = secret("token");
  const { gateway, whole } = await startLogged({ engineUrl, server: { token } }, "trace");
  const headers = { authorization: `Bearer ${token}` };
  const messages = [
    { role: "system", content: secret("system") },
    { role: "user", content: secret("question") },
  ];
  const body = { content: secret("question"), messages, options: { stop: secret("option") } };
  const reader = await gateway.chat(body, headers);
  await reader.ended;
  expect(reader.text).toBe(secret("reply"));
  await expect(gateway.chat({ message_id: "2", content: "" }, headers)).rejects.toThrow("400");
  await expect(gateway.chat({ message_id: "1", content: secret("other") }, headers)).rejects.toThrow("409");
  await expect(gateway.chat({}, { authorization: `Bearer ${secret("wrong")}` })).rejects.toThrow("401");
  await eventually(() => expect(whole()).toContain("reply failed"));
  expect(whole()).not.toContain("SECRET");
});
