import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readHar } from "../../src/learn/har-file.ts";
import { learnWire } from "../../src/learn/learn-wire.ts";
import { tryWire } from "../../src/learn/try-wire.ts";
import { ask, learnThroughTap } from "../support/learn.ts";
import { listenOnAnyPort } from "../support/listen.ts";
import { recordedOpenWebui } from "../support/recorded-open-webui.ts";
import { startReplay } from "../support/replay.ts";

const PAGE = new URL("../../fixtures/recorded/open-webui/page.har", import.meta.url);

test("a page of Open WebUI is known as one, and is tried as one", async () => {
  const learned = learnWire(readHar("page.har", JSON.parse(readFileSync(PAGE, "utf8"))));
  expect(learned).toMatchObject({ driver: "open-webui", service: "hmi", wire: {}, unsayable: [] });
  expect(learned.unknown.map(({ setting }) => setting)).not.toContain("cancel");
  const url = await listenOnAnyPort(recordedOpenWebui().server);
  const tried = await tryWire({ ...learned, url }, { token: "t", signal: AbortSignal.timeout(20_000) });
  // What it lists is what was recorded: only its reply is of this message.
  expect(tried.reply).toMatchObject({ isDone: true });
});

test.each([
  ["litellm", "litellm/chat-stream", "gateway"],
  ["openai-chat", "ollama/v1-chat-stream", "gateway"],
  ["openai-responses", "ollama/v1-responses-stream", "gateway"],
  ["ollama", "ollama/chat-stream", "engine"],
])("what was recorded of a real program is known as %s: %s", async (driver, recorded, service) => {
  const file = new URL(`../../fixtures/recorded/${recorded}.json`, import.meta.url);
  const { request } = JSON.parse(readFileSync(file, "utf8"));
  const { learned } = await learnThroughTap(await startReplay(recorded), async (at) => {
    await ask(`${at}${request.path}`, request.method, JSON.parse(request.body));
  });
  expect(learned).toMatchObject({ driver, service });
});
