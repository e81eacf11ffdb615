import { expect, test } from "vitest";
import { DEFAULT_CONFIG } from "../../src/config/default-config.ts";
import { exposureWarnings } from "../../src/launch/exposure-warnings.ts";
import { planServices } from "../../src/launch/plan-services.ts";
import { testStack } from "../support/cli.ts";
import { freePorts } from "../support/ports.ts";

/** Each test runs several commands, one after the other. */
const TIMEOUT_MS = 60_000;

const WARNING = /^hmi listens at http:\/\/0\.0\.0\.0:\d+, beyond this machine, and asks nobody for a token: /;

test(
  "up, status and doctor warn where other machines reach a service that asks for no token",
  async () => {
    const stack = await testStack({ STACK_HMI_HOST: "0.0.0.0" });
    for (const command of ["up --detach", "status", "doctor"]) {
      const { json } = await stack.json(...command.split(" "));
      expect(json).toMatchObject({ warnings: [expect.stringMatching(WARNING)] });
      const { stdout } = await stack.run(...command.split(" "));
      expect(stdout.match(/^ {2}! hmi listens at /gm)).toHaveLength(1);
    }
    const { stdout } = await stack.run("status", "--deep");
    expect(stdout.match(/! hmi listens at /g)).toHaveLength(1);
  },
  TIMEOUT_MS,
);

test.each([
  ["no service of a stack on loopback", {}, []],
  [
    "no service that asks for a token",
    { auth: { ...DEFAULT_CONFIG.auth, token: "secret" }, hmi: { host: "0.0.0.0", port: 1 } },
    [],
  ],
  ["each service that listens on another address", { gateway: { host: "10.0.0.5", port: 1 } }, ["gateway"]],
  [
    "each service that listens on all addresses",
    { hmi: { host: "::", port: 1 }, gateway: { host: "0.0.0.0", port: 2 } },
    ["gateway", "hmi"],
  ],
])("warned of is %s", (_, settings, names) => {
  const config = { ...DEFAULT_CONFIG, ...settings };
  const warnings = exposureWarnings(config, planServices(config, { use: "stand-in" }));
  expect(warnings.map((text) => text.split(" ", 1)[0])).toEqual(names);
});

test("a tap that other machines reach says so, and where to", async () => {
  const stack = await testStack();
  const [port = 0] = await freePorts(1);
  const tap = stack.start("tap", "--to", stack.engine, "--listen", `0.0.0.0:${port}`);
  await tap.said("Ctrl-C ends it");
  await tap.said("Other machines reach it");
  tap.kill("SIGINT");
  await tap.ended;
});
