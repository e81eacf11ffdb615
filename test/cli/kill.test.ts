import { expect, test } from "vitest";
import { hmiRoutes } from "../../src/contract/routes.ts";
import { createHttpClient, type SeenEvent } from "../../src/targets/http-client.ts";
import { NEVER_RESTARTED, PATIENTLY, rowsIn, type TestStack, testStack } from "../support/cli.ts";

/** The claim is 250 ms; timers of a loaded machine fire late. */
const SAVED_WITHIN_MS = 500;

/** Three seconds of reply: still being written when its HMI is back. */
const LAST_NUMBER = 150;
const QUESTION = `Count to ${LAST_NUMBER}`;
const ANSWER = Array.from({ length: LAST_NUMBER }, (_, index) => index + 1).join(", ");
const SLOWLY = { STACK_ENGINE_TOKEN_DELAY_MS: "10" };

test("kill -9 of the hmi in mid-stream: what was acknowledged is on disk, and its next start goes on with it", async () => {
  const stack = await testStack(SLOWLY, NEVER_RESTARTED);
  await stack.up();
  const { acknowledged } = await killInMidStream(stack, "hmi");
  const [user, reply] = rowsIn(stack.database);
  expect(user).toEqual({ role: "user", content: QUESTION, status: "complete" });
  expect(reply?.status).toBe("streaming");
  expect(acknowledged).not.toBe("");
  expect(reply?.content.startsWith(acknowledged)).toBe(true);

  await bringBack(stack, "hmi");
  await expect
    .poll(() => rowsIn(stack.database)[1], PATIENTLY)
    .toEqual({ ...reply, content: expect.stringMatching(`${ANSWER}$`), status: "complete" });
  await expectConversationGoesOn(stack);
});

test.each(["gateway", "engine"] as const)(
  "kill -9 of the %s in mid-stream: the reply so far is on disk as an error",
  async (name) => {
    const stack = await testStack(SLOWLY, NEVER_RESTARTED);
    await stack.up();
    const { received } = await killInMidStream(stack, name);
    expect(rowsIn(stack.database).slice(0, 2)).toEqual([
      { role: "user", content: QUESTION, status: "complete" },
      { role: "assistant", content: received, status: "error" },
    ]);
    await bringBack(stack, name);
    await expectConversationGoesOn(stack);
  },
);

/**
 * Asks a long question, kills a service while the reply streams, and reads the stream to its end. Gives
 * all that was received, and what of it must have been saved when the service died.
 */
async function killInMidStream(
  stack: TestStack,
  name: "engine" | "gateway" | "hmi",
): Promise<{ received: string; acknowledged: string }> {
  const pid = stack.pids()[name] ?? 0;
  const seen: SeenEvent[] = [];
  let killedAt = 0;
  const hmi = createHttpClient(stack.hmi);
  const stream = await hmi.stream("GET", hmiRoutes.generalStream.path(undefined, { message: QUESTION }), {
    signal: AbortSignal.timeout(30_000),
    onEvent(event) {
      seen.push(event);
      // Late enough that some of it is older than the longest time until it is saved.
      if (killedAt > 0 || event.at_ms < 2 * SAVED_WITHIN_MS) return;
      killedAt = event.at_ms;
      process.kill(pid, "SIGKILL");
    },
  });
  await hmi.close();
  expect(killedAt).toBeGreaterThan(0);
  // Only the HMI itself can leave without a word.
  expect(stream.end).toBe(name === "hmi" ? "cut" : "closed");
  if (name !== "hmi") expect(seen.at(-1)?.event).toEqual({ type: "done", finish_reason: "error" });
  return {
    received: textOf(seen),
    acknowledged: textOf(seen.filter(({ at_ms }) => at_ms < killedAt - SAVED_WITHIN_MS)),
  };
}

function textOf(seen: readonly SeenEvent[]): string {
  return seen.map(({ event }) => ("type" in event && event.type === "token" ? event.content : "")).join("");
}

/** The next `up` starts that service alone. */
async function bringBack(stack: TestStack, name: "engine" | "gateway" | "hmi"): Promise<void> {
  const { json } = await stack.json("up", "--detach");
  const services = (json as { services: { name: string; state: string }[] }).services;
  expect(Object.fromEntries(services.map((service) => [service.name, service.state]))).toEqual({
    engine: "running",
    gateway: "running",
    hmi: "running",
    [name]: "started",
  });
}

async function expectConversationGoesOn(stack: TestStack): Promise<void> {
  const chat = await stack.run("chat", "Count to 5", "--session", "1");
  expect(chat).toMatchObject({ exitCode: 0, stderr: "" });
  expect(chat.stdout).toMatch(/1, 2, 3, 4, 5$/);
  expect(rowsIn(stack.database).at(-1)).toMatchObject({ role: "assistant", status: "complete" });
  expect(await stack.json("status")).toMatchObject({ exitCode: 0, json: { ok: true } });
}
