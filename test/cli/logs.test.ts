import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PATH, type Run, runStack, testStack } from "../support/cli.ts";
import { tempFolder } from "../support/temp.ts";

const LOGS = {
  ".stack/log/engine.log.1": "2026-11-21T10:00:00Z engine 1\n",
  ".stack/log/engine.log": "2026-11-21T10:00:02Z engine 2\n",
  ".stack/log/gateway.log": '{"level":40,"time":"2026-11-21T10:00:01.000Z","msg":"slow","ms":7}\n',
};

async function logs(files: Record<string, string>, ...args: string[]): Promise<Run> {
  const cwd = tempFolder(files);
  return await runStack(["logs", ...args], { cwd, env: { PATH, HOME: cwd } });
}

test("all services are interleaved by time, over rotated files", async () => {
  const { exitCode, stdout, stderr } = await logs(LOGS, "--raw");
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(stdout.split("\n")).toEqual([
    "2026-11-21T10:00:00Z engine 1",
    '{"level":40,"time":"2026-11-21T10:00:01.000Z","msg":"slow","ms":7}',
    "2026-11-21T10:00:02Z engine 2",
  ]);
});

test("JSON is made readable", async () => {
  const { stdout } = await logs(LOGS, "gateway");
  expect(stdout).toMatch(/ {2}gateway {2}warn {3}slow {2}ms=7$/);
});

test("--json prints an object for each line", async () => {
  const { stdout } = await logs(LOGS, "--json", "--tail", "1");
  const lines = stdout.split("\n").map((line) => JSON.parse(line));
  expect(lines).toMatchObject([
    { service: "gateway", time: "2026-11-21T10:00:01.000Z", level: "warn" },
    {
      service: "engine",
      time: "2026-11-21T10:00:02.000Z",
      level: null,
      text: "2026-11-21T10:00:02Z engine 2",
    },
  ]);
});

test("--since, --grep and --tail choose lines", async () => {
  expect((await logs(LOGS, "--since", "2026-11-21T10:00:02Z", "--raw")).stdout).toMatch(/^[^\n]*engine 2$/);
  expect((await logs(LOGS, "--grep", "engine [12]", "--tail", "1", "--raw")).stdout).toMatch(
    /^[^\n]*engine 2$/,
  );
});

test("without --tail there are 50 lines of each service", async () => {
  const text = Array.from({ length: 60 }, (_, index) => `line ${index}\n`).join("");
  const { stdout } = await logs({ ".stack/log/a.log": text, ".stack/log/b.log": text }, "--raw");
  expect(stdout.split("\n")).toHaveLength(100);
});

test("a service that is not there is an error with the one that was meant", async () => {
  const { exitCode, stderr } = await logs(LOGS, "gatewy");
  expect(exitCode).toBe(2);
  expect(stderr).toContain('Did you mean "gateway"?');
});

test("a service without a log is told", async () => {
  expect(await logs(LOGS, "hmi")).toEqual({ exitCode: 0, stdout: "", stderr: "There is no log of hmi yet." });
});

test.each([
  ["--grep", "("],
  ["--since", "soon"],
  ["--tail", "-1"],
])("a wrong %s is an error", async (flag, value) => {
  expect((await logs(LOGS, `${flag}=${value}`)).exitCode).toBe(2);
});

test("--follow shows what comes, also of a service that begins later, and Ctrl-C is its usual end", async () => {
  const { stateDir, start } = await testStack();
  const folder = join(stateDir, "log");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "engine.log"), "first\n");
  const following = start("logs", "--follow", "--raw");
  await following.said("first\n");
  appendFileSync(join(folder, "engine.log"), "second\n");
  await following.said("second\n");
  writeFileSync(join(folder, "hmi.log"), "third\n");
  await following.said("third\n");
  following.kill("SIGINT");
  expect(await following.ended).toMatchObject({ exitCode: 0, stderr: "" });
});

test("lines that a killed rotation left aside are shown", async () => {
  const cwd = tempFolder({
    ".stack/log/engine.log": "",
    ".stack/log/engine.log.copy-1": "line\n",
    ".stack/run/engine.rotating": JSON.stringify({
      owner: { pid: 2 ** 22, start_time: "0", boot_id: "another" },
      stopped: [],
    }),
  });
  const { stdout } = await runStack(["logs", "--raw"], { cwd, env: { PATH, HOME: cwd } });
  expect(stdout).toBe("line");
  expect(readFileSync(join(cwd, ".stack/log/engine.log.1"), "utf8")).toBe("line\n");
});

test("--clear empties the logs of the services that are named, with all that was rotated", async () => {
  const cwd = tempFolder(LOGS);
  const env = { PATH, HOME: cwd };
  const { exitCode, stdout } = await runStack(["logs", "engine", "--clear"], { cwd, env });
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "  engine  60 bytes were removed" });
  const left = readdirSync(join(cwd, ".stack/log")).sort();
  expect(left).toEqual(["engine.log", "events.ndjson", "gateway.log"]);
  expect(readFileSync(join(cwd, ".stack/log/engine.log"), "utf8")).toBe("");
  expect((await runStack(["events"], { cwd, env })).stdout).toMatch(
    /engine +has an empty log +by stack logs --clear/,
  );
  const all = await runStack(["logs", "--clear", "--json"], { cwd, env });
  expect(all.stdout.split("\n").map((line) => JSON.parse(line))).toEqual([
    { service: "engine", bytes: 0 },
    { service: "gateway", bytes: 67 },
  ]);
});

test("--clear where nothing was logged makes no folder", async () => {
  const cwd = tempFolder();
  const { exitCode, stderr } = await runStack(["logs", "--clear"], { cwd, env: { PATH, HOME: cwd } });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "There is no log to be cleared." });
  expect(readdirSync(cwd)).toEqual([]);
});
