import { expect, onTestFinished, test } from "vitest";
import { DEFAULT_CONFIG } from "../../src/config/default-config.ts";
import { examine, type LadderReport } from "../../src/doctor/run-doctor.ts";
import { findFault } from "../../src/faults/find-fault.ts";
import { startTap } from "../../src/tap/start-tap.ts";
import { brokenIn, examineUrls, rungOf } from "../support/doctor.ts";
import { freePorts } from "../support/ports.ts";
import { startTestStack, type TestStack } from "../support/stack.ts";
import { tempFolder } from "../support/temp.ts";
import { startUnrecordedOllama } from "../support/unrecorded-ollama.ts";

test.each([
  ["and stops", undefined],
  ["and goes on", "cancel-leaves-engine-working"],
])(
  "of an engine that keeps no record %s nobody says that a cancel stops it, or does not",
  async (_, name) => {
    const engine = await startUnrecordedOllama();
    const overrides = name === undefined ? {} : findFault(name).overrides(() => undefined);
    const stack = await startTestStack({ engineUrl: engine, overrides });
    const report = await examineUrls({ ...stack, engine }, { slow: true });
    expect(brokenIn(report)).toEqual({});
    expect(rungOf(report, "engine/answers").text).toBe("answers, version 0.13.0");
    expect(rungOf(report, "hmi/cancel")).toMatchObject({
      status: "skipped",
      text: expect.stringMatching(/cannot be seen without a tap before it \(stack tap --to http:\S+\)$/),
    });
    expect(rungOf(report, "gateway/heartbeat").status).toBe("skipped");
  },
);

test.each([
  ["stops", undefined, { status: "holds", text: "a cancel stops the engine" }],
  ["goes on", "cancel-leaves-engine-working", { status: "broken", problem: { code: "engine_goes_on" } }],
])("the configured tap before it shows that it %s", async (_, name, expected) => {
  const engine = await startUnrecordedOllama();
  const tap = await startTap({ upstream: engine, token: "secret" });
  onTestFinished(() => tap.close());
  const overrides = name === undefined ? {} : findFault(name).overrides(() => undefined);
  const stack = await startTestStack({ engineUrl: tap.url, overrides, auth: { token: "secret" } });
  const report = await examineConfigured(stack, { engine, tapPort: Number(new URL(tap.url).port) });
  expect(rungOf(report, "hmi/cancel")).toMatchObject(expected);
});

test("a tap that is configured and not there is named", async () => {
  const engine = await startUnrecordedOllama();
  const stack = await startTestStack({ engineUrl: engine, auth: { token: "secret" } });
  const [tapPort = 0] = await freePorts(1);
  const report = await examineConfigured(stack, { engine, tapPort });
  expect(rungOf(report, "hmi/cancel")).toMatchObject({
    status: "skipped",
    text: expect.stringContaining(`at the tap before it: http://127.0.0.1:${tapPort} shows no record`),
  });
});

/** Examines a stack whose engine is where the configuration says, behind the tap that it says. */
async function examineConfigured(
  { hmi, gateway }: Pick<TestStack, "hmi" | "gateway">,
  { engine, tapPort }: { readonly engine: string; readonly tapPort: number },
): Promise<LadderReport> {
  return await examine({
    config: {
      ...DEFAULT_CONFIG,
      engine: { ...DEFAULT_CONFIG.engine, url: engine, tap_port: tapPort },
      auth: { ...DEFAULT_CONFIG.auth, token: "secret" },
      state: { dir: tempFolder() },
    },
    env: {},
    urls: { hmi, gateway },
    signal: new AbortController().signal,
  });
}
