import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { testStack } from "../support/cli.ts";
import { startTestStack } from "../support/hmi.ts";

test("what the configuration says of a foreign stack is what its claims are judged by", async () => {
  const foreign = await startTestStack();
  const cli = await testStack();
  writeFileSync(
    join(cli.cwd, "stack.config.yaml"),
    "contract: { lacks: { hmi.agents: skipped, health/probes: skipped } }",
  );
  const urls = ["--hmi", foreign.hmi, "--gateway", foreign.gateway, "--engine", foreign.engine];
  const { exitCode, stdout } = await cli.run(
    "verify",
    "--grep",
    "models/agents|health/probes|models/list",
    ...urls,
  );
  expect(exitCode).toBe(0);
  expect(stdout).toContain("this target has no GET /api/agents (contract.lacks: hmi.agents)");
  expect(stdout).toContain("this target does not claim that (contract.lacks: health/probes)");
  expect(stdout).toContain("1 hold, 0 broken, 2 skipped");
});

test("with a foreign contract no stack of our own is judged in its place", async () => {
  const cli = await testStack();
  const { exitCode, stderr } = await cli.run("verify", "--contract", "seeds");
  expect(exitCode).toBe(2);
  expect(stderr).toContain(`The HMI at ${cli.hmi} does not answer`);
});

test.each([
  [["--contract", "seeds", "--in-process"], {}, "--in-process judges a stack of our own"],
  [["--contract", "theirs"], {}, '--contract: there is no driver "theirs".'],
  [
    ["--hmi", "http://127.0.0.1:1"],
    { STACK_CONTRACT_LACKS: "sse/nothing=skipped" },
    "no check by sse/nothing",
  ],
])("%j with %j cannot be", async (args, env, message) => {
  const cli = await testStack(env);
  const { exitCode, stderr } = await cli.run("verify", ...args);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(message);
});
