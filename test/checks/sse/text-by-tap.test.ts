/** A real engine cannot be told what to say; what a tap saw it write is what has to arrive. */
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { startStack } from "../../../src/start-stack.ts";
import { startTap } from "../../../src/tap/start-tap.ts";
import { verify } from "../../../src/verify/verify-stack.ts";
import { listenOnAnyPort } from "../../support/listen.ts";
import { startUnrecordedOllama } from "../../support/unrecorded-ollama.ts";

/** An engine whose own tokens are no whole characters. */
async function startBrokenEngine(): Promise<string> {
  const engine = await startUnrecordedOllama();
  return await listenOnAnyPort(
    createServer(async (request, response) => {
      const { method = "GET", url } = request;
      const body = await text(request);
      const answer = await fetch(`${engine}${url}`, { method, ...(body !== "" && { body }) });
      response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "" });
      response.end((await answer.text()).replaceAll("三", "\uFFFD\uFFFD"));
    }),
  );
}

async function judgeText(engine: string, options: Parameters<typeof startStack>[0] = {}) {
  const tap = await startTap({ upstream: engine });
  onTestFinished(() => tap.close());
  const stack = await startStack({ ...options, engineUrl: tap.url });
  onTestFinished(() => stack.close());
  const { results } = await verify({
    suite: "sse",
    ids: ["sse/text"],
    target: { ...stack, engine: tap.url },
  });
  return results.find(({ id }) => id === "sse/text")?.outcome;
}

test("what a tap saw the engine write arrives", async () => {
  expect(await judgeText(await startUnrecordedOllama())).toMatchObject({
    verdict: "holds",
    seen: expect.stringContaining("as a tap saw the engine write them"),
  });
});

test("who breaks characters behind the tap is found", async () => {
  const options = { fault: "characters-cut-on-the-way" };
  expect(await judgeText(await startUnrecordedOllama(), options)).toMatchObject({
    verdict: "broken",
    found: expect.stringContaining("\uFFFD"),
    seen: expect.stringContaining("a tap saw what the engine wrote"),
  });
});

test("an engine that itself sends U+FFFD is nobody else's fault", async () => {
  expect(await judgeText(await startBrokenEngine())).toMatchObject({ verdict: "holds" });
});

test("without a tap nobody knows what a real engine wrote", async () => {
  const engine = await startUnrecordedOllama();
  const stack = await startStack({ engineUrl: engine });
  onTestFinished(() => stack.close());
  const { results } = await verify({ suite: "sse", ids: ["sse/text"], target: { ...stack, engine } });
  expect(results.find(({ id }) => id === "sse/text")?.outcome).toMatchObject({ verdict: "skipped" });
});
