import { expect, test } from "vitest";
import { processesOf, testStack } from "../support/cli.ts";
import { rounds } from "../support/rounds.ts";

const STARTERS = rounds(12, 50);

test(`${STARTERS} ups at once bring up one set of services, and each says that it runs`, async () => {
  const stack = await testStack();
  const ups = await Promise.all(Array.from({ length: STARTERS }, () => stack.json("up", "--detach")));
  expect(ups.map(({ exitCode }) => exitCode)).toEqual(ups.map(() => 0));
  const states = ups.map(({ json }) =>
    (json as { services: { state: string }[] }).services.map(({ state }) => state).join(),
  );
  expect(states.filter((state) => state === "started,started,started")).toHaveLength(1);
  expect(states.filter((state) => state === "running,running,running")).toHaveLength(STARTERS - 1);
  for (const [name, pid] of Object.entries(stack.pids()))
    expect(processesOf(stack.stateDir, name), name).toEqual([pid]);
  expect(processesOf(stack.stateDir, "supervisor")).toHaveLength(1);
}, 120_000);
