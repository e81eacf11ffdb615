import { expect, test } from "vitest";
import { runCommand } from "../../src/prove-target/run-command.ts";

const OPTIONS = { env: process.env, timeoutMs: 10_000, signal: new AbortController().signal };

test("a command has ended when its shell has, also where it leaves behind what holds its outputs", async () => {
  const { how, lastLines } = await runCommand("sleep 60 & echo $!; exit 3", OPTIONS);
  // Ours: the shell has just told it.
  process.kill(Number(lastLines));
  expect(how).toBe("exit code 3");
});
