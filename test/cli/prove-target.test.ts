import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findFault } from "../../src/faults/find-fault.ts";
import type { RunningStack } from "../../src/services/in-process-stack.ts";
import { isAlive, PATIENTLY, testStack } from "../support/cli.ts";
import { startTestStack } from "../support/hmi.ts";
import { ownCheck } from "../support/own-check.ts";
import { shapeOf } from "../support/shape.ts";

const urlsOf = ({ hmi, gateway, engine }: RunningStack): string[] => [
  ...["--hmi", hmi],
  ...["--gateway", gateway],
  ...["--engine", engine],
];

/** For all suites without a fault, while other tests run. */
const TIMEOUT_MS = 120_000;

/** The stack does not make anybody wait, and the command is told so. */
const QUICK_STREAM = { heartbeat_ms: 150, orphan_grace_ms: 300 };
const QUICK = { STACK_STREAM_HEARTBEAT_MS: "150", STACK_STREAM_ORPHAN_GRACE_MS: "300" };

test(
  "what our checks catch is told to people, and to programs; a fault that is there already, or not applied, exits with 1",
  async () => {
    const cli = await testStack(QUICK);
    // With a bug of its own, so that one check is red without a fault.
    const overrides = findFault("page-cacheable").overrides(() => undefined);
    const target = await startTestStack({ stream: QUICK_STREAM, overrides });
    // An engine that cannot be watched, for the shape of a check that is skipped.
    const where = urlsOf({ ...target, engine: "http://127.0.0.1:1" });
    const faults = ["done-missing", "page-cacheable", "usage-zero"];
    const prove = await cli.run("prove", "--target", ...where, ...faults, "--json");
    expect(prove.exitCode).toBe(1);
    expect(prove.stderr.split("\n")).toEqual([
      `  Target: gateway ${target.gateway}, hmi ${target.hmi}, engine http://127.0.0.1:1`,
      expect.stringMatching(/^ {2}Without a fault, \d+ checks hold\.$/),
      expect.stringMatching(/^ {2}Others catch nothing here: \d+ broken \(.*http\/pages.*; \d+ skipped\.$/),
      expect.stringMatching(/^ {4}http\/pages: expected .+; found .+$/),
      "",
      expect.stringMatching(/^ {2}✓ done-missing {26}caught by sse\/\w+/),
      "  - page-cacheable                        there without the fault, too: http/pages",
      "",
      "  Not applied: usage-zero.",
      expect.stringMatching(/^ {4}Acts on what the gateway asks the engine: .+ --engine-tap\.$/),
      "",
      expect.stringMatching(
        /^ {2}Of 3 faults on the wire, 1 caught, 0 missed, 1 there already, 1 not applied, in [\d.]+ s\. All that was created has been deleted\.$/,
      ),
    ]);
    await expect(shapeIn(prove.stdout)).toMatchFileSnapshot("shapes/prove-target.snap");
  },
  TIMEOUT_MS,
);

test("what a command of one's own misses is told with what is wrong, and exits with 1", async () => {
  const cli = await testStack();
  const target = await startTestStack();
  const faults = ["done-missing", "events-named"];
  const command = ownCheck("says done");
  const prove = await cli.run("prove", "--target", ...urlsOf(target), "--run", command, ...faults);
  expect(prove).toMatchObject({ exitCode: 1, stderr: "" });
  expect(prove.stdout.split("\n").slice(1)).toEqual([
    expect.stringMatching(/^ {2}Without a fault, ".+" ends with exit code 0 after [\d.]+ s and 1 request\.$/),
    "",
    "  ✓ done-missing                          caught by exit code 1",
    "  ✗ events-named                          caught by nobody",
    "      the fault  Every event has an event: line with its type, so that onmessage never sees one.",
    "      see it by  stack verify: sse/frames",
    "",
    expect.stringMatching(/^ {2}Of 2 faults on the wire, 1 caught, 1 missed, 0 not applied, in [\d.]+ s\.$/),
  ]);
});

test("a command that misses nothing exits with 0, and --json tells how it ended", async () => {
  const cli = await testStack();
  const where = urlsOf(await startTestStack());
  const prove = await cli.run(
    "prove",
    "--target",
    ...where,
    "--run",
    ownCheck("says done"),
    "stream-cut",
    "--json",
  );
  expect(prove.exitCode).toBe(0);
  await expect(shapeIn(prove.stdout)).toMatchFileSnapshot("shapes/prove-target-run.snap");
});

test("Ctrl-C ends the command too, and exits with 130", async () => {
  const cli = await testStack();
  const target = await startTestStack();
  const pidFile = join(cli.cwd, "pid");
  const command = `"${process.execPath}" -e "setInterval(() => {}, 1000)" & echo $! > "${pidFile}"; wait`;
  const prove = cli.start("prove", "--target", ...urlsOf(target), "--run", command);
  await expect
    .poll(() => existsSync(pidFile) && readFileSync(pidFile, "utf8").endsWith("\n"), PATIENTLY)
    .toBe(true);
  prove.kill("SIGINT");
  expect((await prove.ended).exitCode).toBe(130);
  await expect.poll(() => isAlive(Number(readFileSync(pidFile, "utf8"))), PATIENTLY).toBe(false);
});

test.each([
  [["--target"], "No stack runs here."],
  [["--hmi", "http://127.0.0.1:1"], "--target"],
  [["--run", "true"], "--target"],
  [["--target", "--hmi", "http://127.0.0.1:1", "reply-without-model-id"], "Faults on the wire: "],
  [["--target", "--engine-tap", "11435"], "--engine-tap takes an address and a port"],
])("%j cannot be", async (args, message) => {
  const cli = await testStack();
  const { exitCode, stderr } = await cli.run("prove", ...args);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(message);
});

function shapeIn(json: string): string {
  return `${JSON.stringify(shapeOf(JSON.parse(json)), undefined, 2)}\n`;
}
