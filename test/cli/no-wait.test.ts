import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PATH, PATIENTLY, testStack } from "../support/cli.ts";

const CONFIG = `
services:
  here: { command: [sh, -c, "echo up; exec sleep 1000"], ready: { log: up } }
  late:
    command: [sh, -c, "until [ -f go ]; do sleep 0.05; done; echo up; exec sleep 1000"]
    ready: { log: up }
    depends_on: [here]
`;

test("--no-wait says what is being started, also when it is asked again, and status what is not ready", async () => {
  const stack = await testStack({ PATH: `${PATH}:/usr/bin:/bin` }, CONFIG);
  const states = async () => {
    const { services } = await stack.status();
    return services.map(({ name, state }) => `${name} ${state}`);
  };
  const first = await stack.run("up", "--no-wait");
  expect(first).toMatchObject({ exitCode: 0, stderr: "" });
  expect(first.stdout.trim()).toMatch(/^Being started: here, late\. `stack status` shows how far/);
  // Its process is there, and has not said that it is ready.
  await expect.poll(states, PATIENTLY).toEqual(["here healthy", "late starting"]);
  const second = await stack.run("up", "--no-wait");
  expect(second.stdout).toMatch(/here +command +running already.*\n\n {2}Being started: late\./);
  writeFileSync(join(stack.cwd, "go"), "");
  await expect.poll(states, PATIENTLY).toEqual(["here healthy", "late healthy"]);
  expect((await stack.run("up", "--no-wait")).stdout).toContain("Everything was running already.");
});
