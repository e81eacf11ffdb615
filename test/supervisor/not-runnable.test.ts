import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { whyNotRun } from "../../src/supervisor/not-runnable.ts";
import type { Command } from "../../src/supervisor/service-spec.ts";
import { temporaryFolder } from "./helpers.ts";

test.each<[what: string, command: Omit<Command, "args">, trouble: string, advice: string]>([
  ["no program", { file: "no-such", cwd: "." }, 'there is no program "no-such" on the PATH', "full path"],
  ["no file", { file: "./none.sh", cwd: "." }, "there is no program DIR/none.sh", "correct the path"],
  ["a path through a file", { file: "./plain/x", cwd: "." }, "there is no program DIR/plain/x", "correct"],
  ["not executable", { file: "./plain", cwd: "." }, "DIR/plain is not executable", "`chmod +x DIR/plain`"],
  [
    "in a folder with a blank",
    { file: "./a b", cwd: "." },
    "DIR/a b is not executable",
    "`chmod +x 'DIR/a b'`",
  ],
  ["not executable, by name", { file: "plain", cwd: "." }, "DIR/plain is not executable", "chmod +x"],
  ["a folder", { file: "./folder", cwd: "." }, "DIR/folder is a folder, and no program", "in it"],
  ["no interpreter", { file: "./orphan", cwd: "." }, "what DIR/orphan needs to run is not there", "(#!)"],
  ["no folder", { file: "sh", cwd: "gone" }, "its folder DIR/gone does not exist", "set cwd"],
  ["a file for a folder", { file: "sh", cwd: "plain" }, "its folder DIR/plain is a file", "Set cwd"],
])("%s is told in plain words, with what to do", async (_, { file, cwd }, trouble, advice) => {
  const dir = temporaryFolder();
  writeFileSync(join(dir, "plain"), "#!/bin/sh\n");
  writeFileSync(join(dir, "a b"), "#!/bin/sh\n");
  writeFileSync(join(dir, "orphan"), "#!/no/such/interpreter\n");
  chmodSync(join(dir, "orphan"), 0o755);
  mkdirSync(join(dir, "folder"));
  const command: Command = { file, args: [], cwd: join(dir, cwd), env: { PATH: `${dir}:/usr/bin` } };
  const why = whyNotRun(command, await refusal(command));
  expect(why.trouble).toBe(trouble.replaceAll("DIR", dir));
  expect(why.advice).toContain(advice.replaceAll("DIR", dir));
});

test("what nobody knows more of is told as the OS says it", () => {
  const command: Command = { file: "/bin/sh", args: [], cwd: "/" };
  expect(whyNotRun(command, new Error("spawn EAGAIN"))).toEqual({ trouble: "spawn EAGAIN" });
});

/** What the OS says to a start; some of it is thrown, and some comes as an event. */
async function refusal({ file, args, cwd, env }: Command): Promise<unknown> {
  try {
    return (await once(spawn(file, args, { cwd, env: { ...env } }), "error"))[0];
  } catch (error) {
    return error;
  }
}
