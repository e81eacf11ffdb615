import { expect, test } from "vitest";
import { namedTarget } from "../../src/cli/choose-target.ts";
import type { Config } from "../../src/config/config-schema.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { examine } from "../../src/doctor/run-doctor.ts";
import { serviceAddressSources } from "../../src/launch/service-address-sources.ts";
import { chatOnce } from "../../src/targets/chat-once.ts";
import { openTarget } from "../../src/targets/open-target.ts";
import { traceStack } from "../../src/trace/trace-stack.ts";
import { rungOf } from "../support/doctor.ts";
import { freePorts } from "../support/ports.ts";
import { tempFolder } from "../support/temp.ts";

const signal = AbortSignal.timeout(60_000);
const NO_FLAGS = { hmi: undefined, gateway: undefined, engine: undefined, contract: undefined };
const FOREIGN = [
  "contract:",
  "  driver: described",
  "  wire: { send: { request: POST /say, body: { text: '{text}' } }, stream: { framing: text } }",
];
const STACK_UP = /^Run `stack up` first, or name another one with --hmi\.$/;
const START_IT =
  /^Nothing listens there: start it\. Its address is from hmi\.host and hmi\.port; --hmi names/;

async function configured(...lines: readonly string[]): Promise<Config> {
  const [port] = await freePorts(1);
  const yaml = [...lines, "hmi: { port: PORT }", "state: { dir: state }"].join("\n");
  return await loadConfig({
    cwd: tempFolder({ "stack.config.yaml": yaml.replaceAll("PORT", String(port)) }),
    env: {},
  });
}

test.each([
  ["a back end of others that is only described", FOREIGN, START_IT],
  ["one that `stack up` starts", [...FOREIGN, "services: { hmi: { command: node back-end.js } }"], STACK_UP],
  ["one that somebody else runs", ["services: { hmi: { url: 'http://127.0.0.1:PORT' } }"], START_IT],
  ["one of our own", [], STACK_UP],
])("at the dead port of %s, who starts it is told", async (_, lines, hint) => {
  const config = await configured(...lines);
  const target = await namedTarget(NO_FLAGS, config);
  const unreachable = { code: "unreachable", hint: expect.stringMatching(hint) };
  await expect(openTarget(target, signal)).rejects.toMatchObject(unreachable);
  const chat = chatOnce({ target, message: "Hi", signal, onText: () => undefined });
  await expect(chat).rejects.toMatchObject(unreachable);
});

test("trace and doctor tell of it, too", async () => {
  const config = await configured(...FOREIGN);
  const target = { ...(await namedTarget(NO_FLAGS, config)), engine: undefined, gateway: undefined };
  await expect(
    traceStack({ target, message: "Hi", engineApi: "chat", passes: 1, signal }),
  ).rejects.toMatchObject({
    hint: "Nothing listens there (the addresses are from hmi.host and hmi.port): start it, or say where the stack is: --hmi, --gateway, --engine.",
  });
  const { problem } = rungOf(await examine({ config, env: {}, signal }), "hmi/process");
  expect(problem).toMatchObject({
    code: "not_running",
    cause:
      "It is not running, and `stack up` does not start it; or it is somewhere else: its address is from hmi.host and hmi.port.",
  });
});

test("an address that nobody wrote is told to be the default, and that of a tap to be its own", async () => {
  const { engine } = serviceAddressSources(await configured(), {
    urls: { hmi: "http://127.0.0.1:1" },
    contract: { driver: "described" },
  });
  expect(engine).toEqual({
    namedBy: "the default of engine.url",
    isDefault: true,
    isStartedByStack: true,
  });
  const tapped = serviceAddressSources(await configured("engine: { tap_port: 6134 }"), {
    urls: {},
    contract: { driver: "ours" },
  });
  expect(tapped.engine?.namedBy).toBe("engine.tap_port");
});

test("what a flag names is not said to be started by `stack up`, unless it is where that starts it", async () => {
  const config = await configured();
  const elsewhere = await namedTarget({ ...NO_FLAGS, hmi: "http://127.0.0.1:1" }, config);
  await expect(openTarget(elsewhere, signal)).rejects.toMatchObject({
    hint: "Nothing listens there: start it, or name another one with --hmi.",
  });
  const same = await namedTarget({ ...NO_FLAGS, hmi: `http://127.0.0.1:${config.hmi.port}` }, config);
  await expect(openTarget(same, signal)).rejects.toMatchObject({ hint: expect.stringMatching(STACK_UP) });
});
