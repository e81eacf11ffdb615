import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import type { DownStep } from "../../src/launch/take-down.ts";
import { stateFolder } from "../../src/supervisor/state-folder.ts";
import { withLock } from "../../src/supervisor/state-lock.ts";
import {
  BIN,
  PATIENTLY,
  prepareStack,
  processesOf,
  recordsIn,
  runStack,
  type TestStack,
  testStack,
} from "../support/cli.ts";

/** The shell and its tools, which the PATH of the tests' own stacks has not. */
const TOOLS = { PATH: process.env["PATH"] ?? "" };

/** Says that it is there, and takes its time to end, in milliseconds. */
const sleeper = (name: string, ms: number): string => stoppedBy(name, `setTimeout(process.exit, ${ms})`);

/** Ends once this many like it have been asked to. */
const waitsForOthers = (name: string, others: number, more: string): string => {
  const asked = `fs.readdirSync('.').filter((file) => file.startsWith('asked-')).length`;
  const look = `setInterval(() => { if (${asked} === ${others}) process.exit(); }, 20)`;
  return stoppedBy(name, `{ fs.writeFileSync('asked-${name}', ''); ${look}; }`, more);
};

const stoppedBy = (name: string, work: string, more = ""): string => `
  ${name}:
    command: [${process.execPath}, -e, "process.on('SIGTERM', () => ${work}); setInterval(() => {}, 1000); console.log('there')"]
    ready: { log: there }
    stop_timeout_ms: 20000
${more}`;

const states = async (stack: TestStack): Promise<(string | null)[]> =>
  (await stack.status()).services.map(({ state }) => state);

test("services that do not need each other stop side by side, dependents first", async () => {
  const many = ["a", "b", "c", "d"].map((name) => waitsForOthers(name, 4, "    depends_on: [base]\n"));
  const stack = await testStack({}, `services:${sleeper("base", 0)}${many.join("")}`);
  await stack.up();
  const { exitCode, json } = await stack.json("down");
  expect(exitCode).toBe(0);
  const { services } = json as { services: DownStep[] };
  // One after the other, the first one would wait for those behind it until it is killed.
  expect(services.map(({ outcome }) => outcome)).toEqual(Array(5).fill("stopped"));
  expect(services.at(-1)?.name).toBe("base");
});

test("a second Ctrl-C kills what has not stopped, and says so", async () => {
  const stack = await testStack({}, `services:${sleeper("db", 0)}${sleeper("web", 60_000)}`);
  const up = stack.start("up");
  await up.said("Ctrl-C stops");
  up.kill("SIGINT");
  // What comes within 100 ms is the same Ctrl-C, passed on by npm.
  const first = performance.now();
  const isSecond = () => performance.now() - first > 150 && processesOf(stack.stateDir, "db").length === 0;
  await expect.poll(isSecond, PATIENTLY).toBe(true);
  up.kill("SIGINT");
  const { exitCode, stdout } = await up.ended;
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/Stopped db\.\n {2}Killed web: no stop by itself until then\.$/);
  expect(processesOf(stack.stateDir)).toEqual([]);
});

test("Ctrl-C during down kills what has not stopped", async () => {
  const stack = await testStack({}, `services:${sleeper("web", 60_000)}`);
  await stack.up();
  const down = stack.start("down");
  await expect
    .poll(() => JSON.parse(readFileSync(join(stack.stateDir, "wanted.json"), "utf8")).services, PATIENTLY)
    .toEqual({});
  down.kill("SIGINT");
  expect(await down.ended).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("killed") });
});

/** Says that it was asked to end, and ends once there is a file `go`. */
const WAITS_TO_GO = `{ fs.appendFileSync('asked', '.'); setInterval(() => { if (fs.existsSync('go')) process.exit(); }, 20); }`;

/** A stack of `db` and of `web`, which depends on it and comes to its end when it may; and a `down` that waits for that. */
async function stackGoingDown(...names: string[]) {
  const web = stoppedBy("web", WAITS_TO_GO, "    depends_on: [db]\n");
  const stack = await testStack({}, `services:${sleeper("db", 0)}${web}`);
  await stack.up();
  const down = stack.start("down", ...names);
  await expect.poll(() => existsSync(join(stack.cwd, "asked")), PATIENTLY).toBe(true);
  return { stack, down, go: () => writeFileSync(join(stack.cwd, "go"), "") };
}

const eventsOf = async (stack: TestStack, service: string): Promise<string[]> =>
  (await stack.run("events", "--service", service, "--json")).stdout
    .split("\n")
    .map((line) => JSON.parse(line))
    .map(({ event, detail }) => `${event} ${detail}`);

test.each([["all"], ["web"]])(
  "while down of %s waits for what takes its time, nobody waits for the lock",
  async (named) => {
    const { stack, down, go } = await stackGoingDown(...(named === "all" ? [] : [named]));
    await withLock(stateFolder(stack.stateDir), async () => undefined);
    expect(processesOf(stack.stateDir, "web")).toHaveLength(1);
    expect(processesOf(stack.stateDir, "db")).toHaveLength(1);
    go();
    expect(await down.ended).toMatchObject({ exitCode: 0, stderr: "" });
    expect(await states(stack)).toEqual([named === "all" ? "stopped" : "healthy", "stopped"]);
    expect((await eventsOf(stack, "web")).at(-1)).toBe("stopped by stack down");
  },
);

test("what another command asks for while down waits is left running, and said to be", async () => {
  const { stack, down, go } = await stackGoingDown();
  const before = processesOf(stack.stateDir, "db");
  expect((await stack.run("up", "db", "--detach")).exitCode).toBe(0);
  go();
  const { exitCode, stdout } = await down.ended;
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/web +stopped .*\n +db +is left running: another command asked for it meanwhile/);
  expect(processesOf(stack.stateDir, "db")).toEqual(before);
  expect(await states(stack)).toEqual(["healthy", "stopped"]);
});

test.each([["all"], ["web"]])(
  "while down of %s waits for what takes its time, up waits for that without the lock, and starts it again",
  async (named) => {
    const { stack, down, go } = await stackGoingDown(...(named === "all" ? [] : [named]));
    const [before] = processesOf(stack.stateDir, "web");
    expect((await stack.status()).services.find(({ name }) => name === "web")?.state).toBe("stopping");
    const up = stack.start("up", "--detach");
    await expect.poll(() => wantedIn(stack), PATIENTLY).toEqual(["db", "web"]);
    await withLock(stateFolder(stack.stateDir), async () => undefined);
    expect(processesOf(stack.stateDir, "web")).toEqual([before]);
    // One signal is enough: some programs end at once by a second one.
    expect(readFileSync(join(stack.cwd, "asked"), "utf8")).toBe(".");
    go();
    expect(await down.ended).toMatchObject({ exitCode: 0, stderr: "" });
    expect(await up.ended).toMatchObject({ exitCode: 0 });
    const [after] = processesOf(stack.stateDir, "web");
    expect(after).toBeDefined();
    expect(after).not.toEqual(before);
    expect(await states(stack)).toEqual(["healthy", "healthy"]);
  },
);

const wantedIn = (stack: TestStack): string[] =>
  Object.keys(JSON.parse(readFileSync(join(stack.stateDir, "wanted.json"), "utf8")).services).sort();

/** A shell that ends at once, and its child, which takes longer than any last moment. */
const LEAVES_WORK = `process.on('SIGTERM', () => setTimeout(() => { fs.appendFileSync('done', '.'); process.exit(); }, 2500)); console.log('there'); setInterval(() => {}, 1000)`;

test.each(["down", "restart"])(
  "%s lets all of a service come to its end, also where its shell ends at once",
  async (command) => {
    const work = `trap 'exit 0' TERM; "${process.execPath}" -e "${LEAVES_WORK}" & wait`;
    const web = `
  web: { command: [sh, -c, ${JSON.stringify(work)}], ready: { log: there }, stop_timeout_ms: 30000 }`;
    const stack = await testStack(TOOLS, `services:${web}`);
    await stack.up();
    expect((await stack.run(command)).exitCode).toBe(0);
    expect(readFileSync(join(stack.cwd, "done"), "utf8")).toBe(".");
  },
);

/** Runs a command on a terminal of its own, and closes that once it has said a text. */
const CLOSES_TERMINAL = `
import os, pty, sys
pid, fd = pty.fork()
if pid == 0: os.execvp(sys.argv[2], sys.argv[2:])
seen = b""
while sys.argv[1].encode() not in seen: seen += os.read(fd, 65536)
os.close(fd)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

test("a closed terminal ends up in the foreground as Ctrl-C does", async () => {
  const stack = await testStack({}, `services:${sleeper("web", 100)}`);
  const args = ["-c", CLOSES_TERMINAL, "Ctrl-C stops", process.execPath, BIN, "up"];
  const env = { ...stack.env, ...TOOLS };
  const { exitCode } = await execa("python3", args, { cwd: stack.cwd, env, extendEnv: false, reject: false });
  expect(exitCode).toBe(0);
  expect(processesOf(stack.stateDir)).toEqual([]);
  expect(recordsIn(stack.stateDir)).toEqual([]);
  expect((await stack.run("events")).stdout).toContain("because its terminal was closed");
});

test("down while up is under way ends both at once, with true words", async () => {
  const slow = `
  web: { command: [sh, -c, "sleep 30; echo there"], ready: { log: there }, start_timeout_ms: 60000 }`;
  const stack = await testStack(TOOLS, `services:${slow}`);
  const up = stack.start("up", "--detach");
  await expect.poll(() => processesOf(stack.stateDir, "web").length, PATIENTLY).toBeGreaterThan(0);
  expect((await stack.run("down")).exitCode).toBe(0);
  const ended = performance.now();
  const { exitCode, stderr } = await up.ended;
  expect({ exitCode, stderr }).toEqual({
    exitCode: 1,
    stderr: "✗ web was stopped by another command while it was being started.\n  `stack up` starts it again.",
  });
  // By itself it would take 30 seconds.
  expect(performance.now() - ended).toBeLessThan(15_000);
});

const LEAVES_ITS_GROUP = `
  web: { command: [sh, -c, "setsid sleep 1000 & echo there; exec sleep 1000"], ready: { log: there } }`;

test("what was started by another path of the folder is stopped to the last process", async () => {
  const stack = await testStack(TOOLS, `services:${LEAVES_ITS_GROUP}`);
  const link = `${stack.cwd}-link`;
  symlinkSync(stack.cwd, link);
  onTestFinished(() => void spawnSync("rm", [link]));
  const env = { ...stack.env, STACK_STATE_DIR: join(link, ".stack") };
  expect((await runStack(["up", "--detach"], { cwd: link, env })).exitCode).toBe(0);
  expect(processesOf(stack.stateDir, "web")).toHaveLength(2);
  expect((await stack.run("down")).exitCode).toBe(0);
  expect(processesOf(stack.stateDir)).toEqual([]);
});

test("what was started before its folder was renamed is stopped to the last process", async () => {
  const stack = await prepareStack(TOOLS, `services:${LEAVES_ITS_GROUP}`);
  const moved = `${stack.cwd}-moved`;
  onTestFinished(() => void spawnSync("rm", ["-rf", moved, stack.cwd]));
  await stack.up();
  renameSync(stack.cwd, moved);
  const env = { ...stack.env, STACK_STATE_DIR: join(moved, ".stack") };
  expect((await runStack(["down"], { cwd: moved, env })).exitCode).toBe(0);
  expect(processesOf(stack.stateDir)).toEqual([]);
});

test("a renamed folder has no power over the stack that took its place", async () => {
  const stack = await prepareStack(TOOLS, `services:${LEAVES_ITS_GROUP}`);
  const moved = `${stack.cwd}-moved`;
  onTestFinished(() => void spawnSync("rm", ["-rf", moved, stack.cwd]));
  await stack.up();
  renameSync(stack.cwd, moved);
  execFileSync("mkdir", [stack.cwd]);
  execFileSync("cp", [join(moved, "stack.config.yaml"), stack.cwd]);
  await expect.poll(() => processesOf(stack.stateDir, "supervisor"), PATIENTLY).toEqual([]);
  const before = processesOf(stack.stateDir, "web");
  await stack.up();
  const fresh = processesOf(stack.stateDir, "web").filter((pid) => !before.includes(pid));
  const env = { ...stack.env, STACK_STATE_DIR: join(moved, ".stack") };
  await runStack(["down"], { cwd: moved, env });
  expect(processesOf(stack.stateDir, "web")).toEqual(expect.arrayContaining(fresh));
  await stack.run("down");
  for (const pid of processesOf(stack.stateDir)) process.kill(pid, "SIGKILL");
});

/** A file system of its own that becomes full, in a mount namespace that ends with the script. */
const FULL_DISK = `
mkdir small && mount -t tmpfs -o size=600k tmpfs small || exit 99
"$@" up --detach >up.txt 2>&1 || exit 98
head -c 700000 /dev/zero >small/fill 2>/dev/null
touch go
while [ -e small/state/run/once.pid ]; do sleep 0.05; done
"$@" status --json >status.json
"$@" events >events.txt
"$@" down c >part.txt 2>&1; echo $? >part.code
cat small/state/wanted.json >wanted.json
"$@" down >down.txt 2>&1; echo $? >down.code
`;

const mayMount = spawnSync("unshare", ["-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).status === 0;

test.skipIf(!mayMount)(
  "on a full disk what runs is still shown and stopped, and code 0 is no failure",
  async () => {
    const once = `
  once: { command: [sh, -c, "echo there; while [ ! -f go ]; do sleep 0.05; done"], ready: { log: there } }`;
    const stack = await testStack({}, `services:${sleeper("b", 0)}${sleeper("c", 0)}${once}`);
    const env = {
      ...stack.env,
      STACK_STATE_DIR: join(stack.cwd, "small", "state"),
      PATH: process.env["PATH"],
    };
    const args = ["-rm", "sh", "-c", FULL_DISK, "sh", process.execPath, BIN];
    const { exitCode } = await execa("unshare", args, {
      cwd: stack.cwd,
      env,
      extendEnv: false,
      reject: false,
    });
    expect(exitCode).toBe(0);
    const read = (file: string): string => readFileSync(join(stack.cwd, file), "utf8");
    expect(JSON.parse(read("status.json")).services).toMatchObject([
      { name: "b", state: "healthy" },
      { name: "c", state: "healthy" },
      { name: "once", state: "stopped" },
    ]);
    expect(read("part.txt")).toMatch(/^ {2}c +stopped +pid \d+\n$/);
    expect(read("part.code")).toBe("0\n");
    expect(Object.keys(JSON.parse(read("wanted.json")).services)).toEqual(["b", "once"]);
    expect(read("down.txt")).toMatch(/b +stopped +pid \d+/);
    expect(read("down.code")).toBe("0\n");
    expect(processesOf(join(stack.cwd, "small", "state"))).toEqual([]);
  },
  30_000,
);

test("the environment of whoever asks for a restart is the service's from then on", async () => {
  const config = `
services:
  tool: { command: [sh, -c, "echo $WHO; exec sleep 1000"], ready: { log: . } }`;
  const stack = await testStack({ ...TOOLS, WHO: "first", GONE: "later" }, config);
  await stack.up();
  const pid = () => readFileSync(join(stack.stateDir, "run", "tool.pid"), "utf8").trim();
  const variable = (name: string) =>
    readFileSync(`/proc/${pid()}/environ`, "utf8")
      .split("\0")
      .find((line) => line.startsWith(`${name}=`));
  expect(variable("WHO")).toBe("WHO=first");
  expect(variable("PYTHONUNBUFFERED")).toBe("PYTHONUNBUFFERED=1");
  expect(variable("GONE")).toBe("GONE=later");
  const { GONE: _, ...rest } = stack.env;
  const env = { ...rest, WHO: "second", PYTHONUNBUFFERED: "" };
  expect((await runStack(["restart", "tool"], { cwd: stack.cwd, env })).exitCode).toBe(0);
  expect(variable("WHO")).toBe("WHO=second");
  expect(variable("PYTHONUNBUFFERED")).toBe("PYTHONUNBUFFERED=");
  expect(variable("GONE")).toBeUndefined();

  // Also when nobody asks: the supervisor is the one of the first call.
  const before = pid();
  process.kill(Number(before), "SIGKILL");
  await expect
    .poll(async () => (pid() === before ? [] : await states(stack)), PATIENTLY)
    .toEqual(["healthy"]);
  expect(variable("WHO")).toBe("WHO=second");
  await stack.run("down");
  expect(readdirSync(join(stack.stateDir, "environment"))).toEqual([]);
});
