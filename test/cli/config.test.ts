import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { PATH, processesOf, recordsIn, runStack, testStack } from "../support/cli.ts";
import { tempFolder } from "../support/temp.ts";

const FIXTURES = fileURLToPath(new URL("../../fixtures/config", import.meta.url));

const names = readdirSync(FIXTURES)
  .filter((file) => file.endsWith(".yaml"))
  .map((file) => file.replace(".yaml", ""));

test.each(names)("fixtures/config/%s.yaml is refused on its own lines", async (name) => {
  const file = join(FIXTURES, `${name}.yaml`);
  const expected = readFileSync(join(FIXTURES, `${name}.expected.txt`), "utf8");
  // Without any variable of ours, which would win over the file.
  expect(await runStack(["status", "--config", file], { cwd: tempFolder(), env: { PATH } })).toEqual({
    exitCode: 2,
    stdout: "",
    stderr: expected.trimEnd(),
  });
});

test("a malformed configuration in the folder stops every command before it does anything", async () => {
  const stack = await testStack();
  const file = join(FIXTURES, "twice.yaml");
  for (const command of [["up", "--detach"], ["down"], ["status"], ["chat", "hi"], ["verify"]]) {
    expect((await stack.run(...command, "--config", file)).exitCode).toBe(2);
  }
  expect(processesOf(stack.stateDir)).toEqual([]);
  expect(recordsIn(stack.stateDir)).toEqual([]);
});

test("under --json a malformed configuration is an error object with every place", async () => {
  const stack = await testStack();
  expect(await stack.json("status", "--config", join(FIXTURES, "unknown-setting.yaml"))).toEqual({
    exitCode: 2,
    json: {
      error: {
        code: "config_invalid",
        message: expect.stringMatching(/unknown-setting\.yaml:2:3 .+\n.+unknown-setting\.yaml:3:1 /),
        hint: "Mend the lines above. Nothing was started or changed.",
      },
    },
  });
});

test("a misspelt variable is told with the one that was meant, once; Haskell's are left alone", async () => {
  const env = { PATH, STACK_HMI_PROT: "7000", STACK_ROOT: "/root/.stack", STACK_YAML: "stack.yaml" };
  const { stderr } = await runStack(["logs", "--json"], { cwd: tempFolder(), env });
  expect(stderr.split("\n").filter((line) => line.startsWith("STACK_"))).toEqual([
    "STACK_HMI_PROT is set, and is no setting. Did you mean STACK_HMI_PORT?",
  ]);
});
