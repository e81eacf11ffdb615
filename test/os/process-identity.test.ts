import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import {
  describeProcess,
  fateOf,
  identify,
  identifySelf,
  isSameProcess,
} from "../../src/os/process-identity.ts";
import { eventually } from "../support/streams.ts";

function recorded(changes: object = {}) {
  const { pid, startTime, bootId } = identifySelf();
  return { pid, start_time: startTime, boot_id: bootId, ...changes };
}

test("a process is the same as long as pid, start time and boot are", () => {
  expect(isSameProcess(recorded())).toBe(true);
  expect(fateOf(recorded({ start_time: "1" }))).toBe("pid_reused");
  expect(fateOf(recorded({ boot_id: "an older one" }))).toBe("other_boot");
  expect(fateOf(recorded({ boot_id: "an older one", pid_namespace: "pid:[1]" }))).toBe("other_boot");
});

test("a process that has ended is gone", async () => {
  const child = spawn("true");
  const pid = child.pid ?? 0;
  await once(child, "exit");
  expect(identify(pid)).toBeUndefined();
  expect(fateOf(recorded({ pid }))).toBe("gone");
});

test("a zombie counts as gone", async () => {
  // cat ends when the pipe does; by then its parent is sleep, which never asks how it ended.
  const script = "cat <&3 >/dev/null & echo $!; exec sleep 600 3<&-";
  const parent = spawn("sh", ["-c", script], { stdio: ["ignore", "pipe", "inherit", "pipe"] });
  onTestFinished(() => void parent.kill("SIGKILL"));
  const [line] = parent.stdout ? await once(parent.stdout, "data") : [];
  await eventually(() => expect(describeProcess(parent.pid ?? 0)?.command[0]).toBe("sleep"));
  expect(identify(Number(line))).toBeDefined();
  parent.stdio[3]?.destroy();
  await eventually(() => expect(identify(Number(line))).toBeUndefined());
  expect(() => process.kill(Number(line), 0)).not.toThrow();
});

test("a process is described by command, user, folder and start", () => {
  const child = spawn("sleep", ["60"], { cwd: "/" });
  onTestFinished(() => void child.kill());
  const found = describeProcess(child.pid ?? 0);
  expect(found).toMatchObject({ command: ["sleep", "60"], cwd: "/" });
  expect(Math.abs(Date.now() - (found?.startedAt.getTime() ?? 0))).toBeLessThan(5000);
});
