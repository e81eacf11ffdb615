import { expect, test } from "vitest";
import { defineFault, startStack, verify } from "../src/index.ts";

test("a stack with a bug of the catalogue: the claims that it breaks are broken", async () => {
  await using stack = await startStack({ fault: "models-hard-coded" });
  const report = await verify({ suite: "models", target: stack });
  expect(report.results.flatMap(({ id, outcome }) => (outcome.verdict === "broken" ? [id] : []))).toEqual([
    "models/list",
  ]);
});

test("a bug of one's own, and what the caller wraps beside it", async () => {
  let asked = 0;
  const fault = defineFault({
    name: "no-agents",
    story: "Nobody is there.",
    seenIn: "here",
    caughtBy: [],
    overrides: () => ({
      wire: {
        hmi: {
          answer: ({ path }) =>
            path === "/api/agents" ? { status: 404, headers: {}, body: "{}" } : undefined,
        },
      },
    }),
  });
  await using stack = await startStack({
    fault,
    overrides: {
      gateway: (client) => ({
        ...client,
        async health() {
          asked += 1;
          return await client.health();
        },
      }),
    },
  });
  expect((await fetch(`${stack.hmi}/api/agents`)).status).toBe(404);
  expect((await fetch(`${stack.hmi}/health`)).status).toBe(200);
  expect(asked).toBe(1);
});

test("a bug that nobody knows is refused before anything starts", async () => {
  await expect(startStack({ fault: "models-hard-codde" })).rejects.toThrow(
    expect.objectContaining({ code: "unknown_fault", hint: 'Did you mean "models-hard-coded"?' }),
  );
});

test("`await using` ends the stack", async () => {
  let hmi = "";
  {
    await using stack = await startStack();
    hmi = stack.hmi;
    expect((await fetch(`${hmi}/health/live`)).status).toBe(200);
  }
  await expect(fetch(`${hmi}/health/live`)).rejects.toThrow();
});
