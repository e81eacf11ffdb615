import fastify from "fastify";
import { expect, test } from "vitest";
import { Draining } from "../../../src/services/http/draining.ts";

test("what is being begun has begun before all is done, and nothing else begins", async () => {
  const draining = new Draining(fastify());
  const order: string[] = [];
  const asked = Promise.withResolvers<void>();
  const begun = draining.begin(async () => {
    await asked.promise;
    order.push("begun");
  });
  // Without a time for what has begun.
  const drained = draining.drain(0, () => true).then(() => order.push("drained"));
  await expect(draining.begin(async () => order.push("late"))).rejects.toMatchObject({ code: "draining" });
  asked.resolve();
  await Promise.all([begun, drained]);
  expect(order).toEqual(["begun", "drained"]);
});

test("what fails to begin is not waited for", async () => {
  const draining = new Draining(fastify());
  await expect(draining.begin(() => Promise.reject(new Error("No.")))).rejects.toThrow("No.");
  await draining.drain(0, () => true);
});
