import { execa } from "execa";
import { expect, test } from "vitest";
import type { RunningStack } from "../../src/services/in-process-stack.ts";
import { BIN, NEVER_RESTARTED, testStack } from "../support/cli.ts";
import {
  createProfile,
  createSession,
  everythingIn,
  generationsOf,
  say,
  startTestStack,
} from "../support/hmi.ts";

const SUITE = ["verify", "model-conversation"] as const;

const urlsOf = ({ hmi, gateway, engine }: Pick<RunningStack, "hmi" | "gateway" | "engine">): string[] => [
  "--hmi",
  hmi,
  "--gateway",
  gateway,
  "--engine",
  engine,
];

test("with no stack running, verify makes its own and says so", async () => {
  const cli = await testStack();
  const { exitCode, stdout, stderr } = await cli.run(...SUITE);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  const [note, ...lines] = stdout.split("\n");
  expect(note).toContain("No stack runs here, so a fresh one is judged.");
  expect(lines[0]).toBe("  Target: a fresh stack in this process, with the engine stand-in.");
  expect(lines.filter((line) => line.startsWith("  ✓ "))).toHaveLength(9);
  expect(lines.at(-1)).toMatch(
    /^ {2}9 hold, 0 broken, 0 skipped in \d+\.\d s\. All that was created has been deleted\.$/,
  );
});

test("a report on standard output is alone there; people are told on the other one", async () => {
  const cli = await testStack();
  const { stdout, stderr } = await cli.run("verify", "health", "--in-process", "--report", "tap=-");
  expect(stdout.split("\n")[0]).toBe("TAP version 14");
  expect(stdout).not.toContain("Target:");
  expect(stderr).toContain("Target: a fresh stack in this process");
});

test.each(["gateway", "hmi"] as const)(
  "a stack whose %s is dead is neither judged nor passed over for a fresh one",
  async (name) => {
    const cli = await testStack({}, NEVER_RESTARTED);
    await cli.run("up", "--detach");
    process.kill(cli.pids()[name] ?? 0, "SIGKILL");
    const { exitCode, stderr } = await cli.run(...SUITE);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(new RegExp(`✗ The ${name} at \\S+ (does not answer|cannot answer)`, "i"));
  },
);

test("a gateway that is named as the HMI is told apart", async () => {
  const cli = await testStack();
  await cli.run("up", "--detach");
  const { exitCode, stderr } = await cli.run(...SUITE, "--hmi", cli.gateway);
  expect(exitCode).toBe(2);
  expect(stderr).toContain("is the gateway, not the HMI.");
});

test("the running stack is the target where there is one, and is left exactly as it was", async () => {
  const stack = await testStack();
  await stack.up();
  await furnish(stack.hmi);
  const before = await everythingIn(stack.hmi);
  const { exitCode, stdout } = await stack.run(...SUITE);
  expect(exitCode).toBe(0);
  expect(stdout.split("\n")[0]).toBe(
    `  Target: the running stack (gateway ${stack.gateway}, hmi ${stack.hmi}, the engine stand-in at ${stack.engine})`,
  );
  expect(await everythingIn(stack.hmi)).toEqual(before);
});

test("--in-process leaves the running stack alone", async () => {
  const running = await startTestStack();
  const cli = await testStack({ STACK_HMI_PORT: new URL(running.hmi).port });
  const { stdout } = await cli.run(...SUITE, "--in-process");
  expect(stdout).toContain("a fresh stack in this process");
  expect(await generationsOf(running.engine)).toEqual([]);
});

test("a stack elsewhere is verified by its URLs, and left exactly as it was", async () => {
  const elsewhere = await startTestStack();
  await furnish(elsewhere.hmi);
  const before = await everythingIn(elsewhere.hmi);
  const cli = await testStack();
  const { exitCode, json } = await cli.json(...SUITE, ...urlsOf(elsewhere));
  expect(exitCode).toBe(0);
  expect(json).toMatchObject({
    target: `gateway ${elsewhere.gateway}, hmi ${elsewhere.hmi}, the engine stand-in at ${elsewhere.engine}`,
    counts: { holds: 9, broken: 0, skipped: 0, could_not_run: 0 },
    left_behind: [],
    interrupted: false,
  });
  expect(await everythingIn(elsewhere.hmi)).toEqual(before);
});

test("where the engine cannot be watched, the claim about its prompts is skipped and not counted", async () => {
  const elsewhere = await startTestStack();
  const cli = await testStack();
  const urls = { ...elsewhere, engine: "http://127.0.0.1:1" };
  const { exitCode, stdout } = await cli.run(...SUITE, ...urlsOf(urls));
  expect(exitCode).toBe(0);
  expect(stdout).toContain(
    "  - the profile's context reaches the engine, and only that profile's\n" +
      "      skipped    no engine answers at http://127.0.0.1:1, from --engine (--engine, or engine.url, names another)\n",
  );
  expect(stdout).toContain("  8 hold, 0 broken, 1 skipped in ");
});

test("a broken claim says what was expected, found and seen, where to look, and exits with 1", async () => {
  const cli = await testStack();
  const { exitCode, stdout } = await cli.run(...SUITE, "--in-process", "--fault", "reply-without-model-id");
  expect(exitCode).toBe(1);
  const lines = stdout.split("\n");
  const start = lines.indexOf("  ✗ the reply is saved to the same conversation, with its model_id if any");
  expect(lines.slice(start + 1, start + 7)).toEqual([
    "      expected   conversation 2, model_id 1",
    "      found      conversation 1, model_id null",
    expect.stringMatching(
      /^ {6}seen {7}GET \/api\/chat\/general-stream\?.+ ended with done \(.+\) after \d+ ms$/,
    ),
    expect.stringMatching(/^ {6}row {8}message_id \d+ {2}session_id 2 {2}model_id 1 {2}role user /),
    expect.stringMatching(/^ {6}row {8}message_id \d+ {2}session_id 1 {2}model_id null {2}role assistant /),
    "      look at    the call that saves the reply: by which conversation, and a literal None where model_id belongs (BUG-016)",
  ]);
  expect(lines.at(-2)).toContain("7 hold, 2 broken, 0 skipped");
  expect(lines.at(-1)).toMatch(/^ {2}The same run again: --seed \d+$/);
});

// From the stage being built to the last check: whatever runs then is undone.
test.each([
  "Target:",
  "✓ a model_id is accepted",
  "✓ the profile's context",
  "✓ the summary",
  "✓ a given conversation",
])("Ctrl-C after “%s” exits with 130 and leaves the target as it was", async (moment) => {
  const elsewhere = await startTestStack();
  await furnish(elsewhere.hmi);
  const before = await everythingIn(elsewhere.hmi);
  const cli = await testStack();
  const verify = cli.start(...SUITE, ...urlsOf(elsewhere));
  await verify.said(moment);
  verify.kill("SIGINT");
  const { exitCode, stdout } = await verify.ended;
  expect(exitCode).toBe(130);
  expect(stdout).toContain("  Interrupted.\n");
  expect(stdout).toContain("All that was created has been deleted.");
  expect(await everythingIn(elsewhere.hmi)).toEqual(before);
});

test("a reader that leaves after the first line costs the target nothing", async () => {
  const elsewhere = await startTestStack();
  const cli = await testStack();
  const command = [process.execPath, BIN, ...SUITE, ...urlsOf(elsewhere)].join(" ");
  await execa("/bin/sh", ["-c", `${command} | head -n 1`], { cwd: cli.cwd });
  expect(await everythingIn(elsewhere.hmi)).toMatchObject({ profiles: [], total: 0 });
});

/** A user's own things: a profile with a conversation, and two general ones, of which the older is active. */
async function furnish(hmi: string): Promise<void> {
  const profile = await createProfile(hmi, { name: "Pumps", instructions: "Speak of pumps." });
  await say(hmi, "How many pumps are there?", { model_id: profile });
  const older = await createSession(hmi, null);
  await say(hmi, "Hello", { session_id: older });
  await createSession(hmi, null);
  await say(hmi, "Count to 3");
  await fetch(`${hmi}/api/chat/sessions/${older}/resume`, { method: "POST" });
}
