import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { areRelated, findDuplicates, findRivals, programOf } from "../../src/os/duplicate-processes.ts";
import { temporaryFolder } from "../supervisor/helpers.ts";

test.each([
  ["a program is its name, wherever it lies", ["/usr/local/bin/ollama", "serve"], "/", "ollama serve"],
  ["a script is its path", ["python3", "hmi_app.py"], "/srv/webui", "/srv/webui/hmi_app.py"],
  [
    "an interpreter's flags do not count",
    ["/usr/bin/python3.12", "-u", "/srv/hmi_app.py", "-p", "1"],
    "/x",
    "/srv/hmi_app.py -p 1",
  ],
  ["a script in a folder that cannot be seen is nothing", ["python3", "hmi_app.py"], undefined, undefined],
  ["a shell of an interpreter is nothing", ["python3"], "/srv", undefined],
])("%s", (_, command, cwd, expected) => {
  expect(programOf(command, cwd)).toBe(expected);
});

describe.runIf(process.platform === "linux")("processes", () => {
  test("a second process that listens nowhere is a duplicate, and a rival", async () => {
    const hmi = writeProgram();
    const first = await startDetached(hmi, "listen");
    const second = await startDetached(hmi, "idle");
    expect(findDuplicates(first).map(({ pid }) => pid)).toEqual([second]);
    expect(findRivals(first).map(({ pid }) => pid)).toEqual([second]);
  });

  test("one that listens elsewhere is meant to be there", async () => {
    const hmi = writeProgram();
    const first = await startDetached(hmi, "listen");
    const second = await startDetached(hmi, "listen");
    expect(findDuplicates(first)).toEqual([]);
    expect(findRivals(first).map(({ pid }) => pid)).toEqual([second]);
  });

  test("one that was told another port is meant to be there", async () => {
    const hmi = writeProgram();
    const first = await startDetached(hmi, "listen", { HMI_PORT: "6101" });
    await startDetached(hmi, "idle", { HMI_PORT: "6102" });
    expect(findDuplicates(first)).toEqual([]);
  });

  test.runIf(canUnshare())("one in a network of its own, as in a container, is none", async () => {
    const hmi = writeProgram();
    const first = await startDetached(hmi, "listen");
    await startBy("/bin/sh", ["-c", `unshare -rn "${process.execPath}" "${hmi}" & wait`], "listen", {
      ADDRESS: "0.0.0.0",
    });
    expect(findDuplicates(first)).toEqual([]);
  });

  test("workers of one program, and the parent of one, are none", async () => {
    const hmi = writeProgram();
    const first = await start(hmi, "listen");
    const second = await start(hmi, "idle");
    expect(areRelated(first, second)).toBe(true);
    expect(areRelated(first, process.pid)).toBe(true);
    expect(findDuplicates(first)).toEqual([]);
  });
});

function canUnshare(): boolean {
  return spawnSync("unshare", ["-rn", "true"]).status === 0;
}

/** Listens, or does nothing; says so first. How comes in the environment, so that both have one command line. */
function writeProgram(): string {
  const file = join(temporaryFolder(), "hmi_app.mjs");
  writeFileSync(
    file,
    `import { createServer } from "node:net";
     const ready = () => console.log(process.pid);
     if (process.env.HOW === "listen") createServer().listen(0, process.env.ADDRESS ?? "127.0.0.1", ready);
     else { setInterval(() => {}, 1000); ready(); }`,
  );
  return file;
}

const start = (file: string, how: string, env = {}) => startBy(process.execPath, [file], how, env);

/** Started by a shell, as by a person. */
const startDetached = (file: string, how: string, env = {}) =>
  startBy("/bin/sh", ["-c", `"${process.execPath}" "${file}" & wait`], how, env);

/** The pid of the program, which is ended with the test. */
async function startBy(
  program: string,
  args: string[],
  how: string,
  env: Record<string, string>,
): Promise<number> {
  const child = spawn(program, args, { env: { HOW: how, ...env }, stdio: ["ignore", "pipe", "inherit"] });
  const [said] = await once(child.stdout, "data");
  const pid = Number(said);
  onTestFinished(async () => {
    process.kill(pid, "SIGKILL");
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  });
  return pid;
}
