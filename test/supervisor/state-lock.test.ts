import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { identify } from "../../src/os/process-identity.ts";
import type { ProcessIdentity } from "../../src/os/process-table.ts";
import type { StateFolder } from "../../src/supervisor/state-folder.ts";
import { withLock } from "../../src/supervisor/state-lock.ts";
import { eventually, program, temporaryState } from "./helpers.ts";

function run(name: string, ...args: string[]): ChildProcess {
  const child = spawn(process.execPath, [program(name), ...args], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

async function holder(state: StateFolder): Promise<ChildProcess> {
  const child = run("holds-lock", state.root);
  if (child.stdout) await once(child.stdout, "data");
  return child;
}

async function killed(child: ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  await once(child, "exit");
}

const runFolder = (state: StateFolder) => readdirSync(state.run);

test("the result comes through and the lock is gone after", async () => {
  const state = temporaryState();
  expect(await withLock(state, async () => runFolder(state))).toEqual(["lock"]);
  expect(runFolder(state)).toEqual([]);
});

test("an exception comes through and the lock is gone after", async () => {
  const state = temporaryState();
  const failing = withLock(state, async () => Promise.reject(new Error("no")));
  await expect(failing).rejects.toThrow("no");
  expect(runFolder(state)).toEqual([]);
});

test.each(["a free lock", "the lock of a killed holder"])(
  "8 processes that count under %s lose no update",
  async (start) => {
    const state = temporaryState();
    if (start !== "a free lock") await killed(await holder(state));
    const counter = join(state.root, "counter");
    writeFileSync(counter, "0");
    const children = Array.from({ length: 8 }, () => run("counts-under-lock", state.root, counter, "5"));
    const codes = await Promise.all(children.map(async (child) => (await once(child, "exit"))[0]));
    expect(codes).toEqual(Array(8).fill(0));
    expect(readFileSync(counter, "utf8")).toBe("40");
    expect(runFolder(state)).toEqual([]);
  },
);

test("one who waits is told once who holds the lock", async () => {
  const state = temporaryState();
  const child = await holder(state);
  const told: number[] = [];
  const waiting = withLock(state, async () => "mine", { onWait: (pid) => void told.push(pid) });
  await eventually(() => told).toEqual([child.pid]);
  await killed(child);
  expect(await waiting).toBe("mine");
  expect(told).toHaveLength(1);
});

test("one who gives up waiting leaves no trace", async () => {
  const state = temporaryState();
  await holder(state);
  const before = runFolder(state);
  const giveUp = new AbortController();
  const onWait = () => giveUp.abort(new Error("Ctrl-C"));
  const waiting = withLock(state, async () => "mine", { signal: giveUp.signal, onWait });
  await expect(waiting).rejects.toThrow("Ctrl-C");
  expect(runFolder(state)).toEqual(before);
});

test("of many who find a killed holder's lock, one at a time goes on", async () => {
  const state = temporaryState();
  await killed(await holder(state));
  let inside = 0;
  const most = await Promise.all(
    Array.from({ length: 8 }, () =>
      withLock(state, async () => {
        inside += 1;
        const seen = inside;
        await new Promise(setImmediate);
        inside -= 1;
        return seen;
      }),
    ),
  );
  expect(most).toEqual(Array(8).fill(1));
  expect(runFolder(state)).toEqual([]);
});

test("the lock of a process that died while it broke a lock is broken too", async () => {
  const state = temporaryState();
  await killed(await holder(state));
  const dead = JSON.parse(readFileSync(join(state.run, "lock"), "utf8"));
  const breaking = `lock.${dead.pid}-${dead.start_time}-${dead.boot_id.slice(0, 8)}`;
  writeFileSync(join(state.run, breaking), JSON.stringify({ ...dead, start_time: "1" }));
  expect(await withLock(state, async () => "mine")).toBe("mine");
  expect(runFolder(state)).toEqual([]);
});

test("a lock that is a symbolic link is removed, and what it leads to left alone", async () => {
  const state = temporaryState();
  const target = join(state.root, "target");
  writeFileSync(target, "mine");
  symlinkSync(target, join(state.run, "lock"));
  expect(await withLock(state, async () => "locked")).toBe("locked");
  expect([runFolder(state), readFileSync(target, "utf8")]).toEqual([[], "mine"]);
});

test("a lock file that names nobody is broken", async () => {
  const state = temporaryState();
  writeFileSync(join(state.run, "lock"), "");
  expect(await withLock(state, async () => "mine")).toBe("mine");
});

/** As it is taken on a full disk. */
function link(state: StateFolder, { pid, startTime, bootId }: ProcessIdentity): void {
  const boot = Buffer.from(bootId.replaceAll("-", ""), "hex").toString("base64url");
  const namespace = readlinkSync("/proc/self/ns/pid").replaceAll(/\D/g, "");
  const target = `${pid} ${startTime} ${boot} ${namespace}`;
  // Else it would take a block of the full disk.
  expect(Buffer.byteLength(target)).toBeLessThan(60);
  symlinkSync(target, join(state.run, "lock"));
}

test("a lock that was taken on a full disk is heeded, and broken when its holder is dead", async () => {
  const state = temporaryState();
  await withLock(state, async () => undefined);
  const child = run("holds-lock", temporaryState().root);
  if (child.stdout) await once(child.stdout, "data");
  const holding = identify(child.pid ?? 0) ?? expect.unreachable();
  link(state, holding);
  const waited: number[] = [];
  const taken = withLock(state, async () => "taken", { onWait: (pid) => waited.push(pid) });
  await eventually(() => waited).toEqual([child.pid]);
  await killed(child);
  expect(await taken).toBe("taken");
  expect(runFolder(state)).toEqual([]);
});
