import { expect, test } from "vitest";
import { PATIENTLY, testStack } from "../support/cli.ts";
import { hmiClient } from "../support/stack.ts";
import { eventually } from "../support/streams.ts";

const COUNTED = Array.from({ length: 400 }, (_, index) => index + 1).join(", ");

test("restart hmi in mid-reply costs nothing: the reply goes on, and is saved whole", async () => {
  const stack = await testStack({ STACK_ENGINE_TOKEN_DELAY_MS: "4" });
  await stack.up();
  const hmi = hmiClient(stack.hmi);
  const { sent, reader } = await hmi.send({ message: "Count to 400" });
  await eventually(() => expect(reader.text.length).toBeGreaterThan(20));
  expect((await stack.run("restart", "hmi")).exitCode).toBe(0);
  // Cut off where it was, without an ending: an EventSource comes back by itself.
  await reader.ended.catch(() => undefined);
  expect(reader.events.filter(({ type }) => type === "done" || type === "error")).toEqual([]);
  const rest = await hmi.stream(sent.session_id, { "last-event-id": reader.ids.at(-1) ?? "" });
  await rest.ended;
  // The stand-in of the command line says first what it is.
  const whole = reader.text + rest.text;
  expect(whole.endsWith(COUNTED)).toBe(true);
  await expect
    .poll(async () => (await hmi.messages(sent.session_id)).at(-1), PATIENTLY)
    .toMatchObject({ status: "complete", content: whole });
});
