import { createServer } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { hmiRoutes } from "../../src/contract/routes.ts";
import { openTarget, type Target, type TargetUrls } from "../../src/targets/open-target.ts";
import { say, startTestStack } from "../support/hmi.ts";
import { listenOnAnyPort } from "../support/listen.ts";

const signal = new AbortController().signal;

async function open(urls: TargetUrls) {
  const target = await openTarget(urls, signal);
  onTestFinished(() => target.close());
  return target;
}

/** What not every stack that follows the contract offers. */
function special({ capabilities }: Target): string[] {
  return SPECIAL.filter((each) => capabilities.has(each));
}

const SPECIAL = [
  "show what reached the engine",
  "direct the engine",
  "think",
  "look at pictures",
  "tell two people apart",
  "end a reply soon",
] as const;

test("with the stand-in, what reached the engine can be shown", async () => {
  const stack = await startTestStack();
  const target = await open(stack);
  expect(target.engineName).toBe("the engine stand-in");
  expect(special(target)).toEqual([
    "show what reached the engine",
    "direct the engine",
    "think",
    "look at pictures",
  ]);
  await say(stack.hmi, "Hello");
  await say(stack.hmi, "Count to 2");
  expect(await target.generationsAfter(1, signal)).toMatchObject([{ id: 2, ended: "done" }]);
});

test("by OpenAI's wire a message's options do not direct it", async () => {
  const target = await open({ ...(await startTestStack()), engineApi: "openai" });
  expect(special(target)).toEqual(["show what reached the engine", "think", "look at pictures"]);
});

test("with an Ollama it cannot", async () => {
  const { hmi, gateway } = await startTestStack();
  const engine = await listenOnAnyPort(createServer((_, response) => response.end('{"version":"0.13.0"}')));
  const target = await open({ hmi, gateway, engine });
  expect(target.engineName).toBe("Ollama 0.13.0");
  expect(special(target)).toEqual(["think", "look at pictures"]);
});

test("an engine that is out of reach is no hindrance", async () => {
  const { hmi, gateway } = await startTestStack();
  const target = await open({ hmi, gateway, engine: "http://127.0.0.1:1" });
  expect(target.engineName).toBe("an engine that does not answer");
  expect(special(target)).toEqual(["think", "look at pictures"]);
});

test("an HMI that does not answer is one", async () => {
  const { gateway, engine } = await startTestStack();
  await expect(openTarget({ hmi: "http://127.0.0.1:1", gateway, engine }, signal)).rejects.toMatchObject({
    code: "unreachable",
    message: "The HMI at http://127.0.0.1:1 does not answer: connect ECONNREFUSED 127.0.0.1:1.",
    hint: "Nothing listens there: start it, or name another one with --hmi.",
  });
});

test("of a back end that nothing describes, not the gateway is said to be missing that nobody has named", async () => {
  const hmi = await listenOnAnyPort(createServer((_, response) => response.writeHead(404).end("not here")));
  const gateway = "http://127.0.0.1:1";
  const origins = {
    gateway: { namedBy: "the default of gateway.host", isStartedByStack: false, isDefault: true },
  };
  await expect(openTarget({ hmi, gateway, engine: gateway, origins }, signal)).rejects.toMatchObject({
    code: "unreachable",
    message: expect.stringContaining(`Nothing says how the back end at ${hmi} is talked to`),
    hint: expect.stringContaining("stack init --from chat.har"),
  });
  await expect(openTarget({ hmi, gateway, engine: gateway }, signal)).rejects.toMatchObject({
    message: expect.stringContaining("The gateway at http://127.0.0.1:1 does not answer"),
  });
});

test("a stack that asks for a token gets it, and no check gets to see it", async () => {
  const stack = await startTestStack({ auth: { token: "secret" } });
  const target = await open({ ...stack, token: "secret" });
  const answer = await target.hmi.call("GET", hmiRoutes.models.path(), { signal });
  expect(answer.status).toBe(200);
  expect(JSON.stringify([target.urls, answer])).not.toContain("secret");
});

test.each(["", "another"])(
  "a stack that refuses the token %j is told apart from one that is down",
  async (token) => {
    const stack = await startTestStack({ auth: { token: "secret" } });
    await expect(openTarget({ ...stack, token }, signal)).rejects.toMatchObject({
      code: "unauthorized",
      message: expect.stringMatching(/^The (HMI|gateway) at http:\S+ asks for another token than we have\.$/),
      hint: expect.stringContaining("STACK_AUTH_TOKEN"),
    });
  },
);

test("an abort while it waits for the HMI rejects with the reason", async () => {
  const reason = new Error("Ctrl-C");
  const abort = new AbortController();
  const hmi = await listenOnAnyPort(createServer(() => abort.abort(reason)));
  await expect(openTarget({ hmi, gateway: hmi, engine: hmi }, abort.signal)).rejects.toBe(reason);
});
