import { expect, test } from "vitest";
import type { Asked } from "../../src/launch/ask-supervisor.ts";
import { oneReplicaAtATime, restartInTurn } from "../../src/launch/rolling-restart.ts";
import type { Intent } from "../../src/launch/service-intent.ts";

const asked = (name: string, action: Intent["action"], { service = "gateway", healthy = true } = {}) =>
  ({
    inspection: { name, service, state: { state: "running", healthy } },
    intent: { action, reason: "" },
  }) as unknown as Asked;

const decided = (all: readonly Asked[]) => {
  const { now, later } = oneReplicaAtATime(all);
  return { now: now.map(({ inspection }) => inspection.name), later };
};

test("of copies that are restarted one is restarted now, and the others follow", () => {
  const all = ["gateway", "gateway-2", "gateway-3"].map((name) => asked(name, "restart"));
  expect(decided(all)).toEqual({ now: ["gateway"], later: ["gateway-2", "gateway-3"] });
});

test("services of other names are restarted beside them", () => {
  const all = [
    asked("gateway", "restart"),
    asked("gateway-2", "restart"),
    asked("hmi", "restart", { service: "hmi" }),
  ];
  expect(decided(all)).toEqual({ now: ["gateway", "hmi"], later: ["gateway-2"] });
});

test("what does not answer is restarted first", () => {
  const all = [asked("gateway", "restart"), asked("gateway-2", "restart", { healthy: false })];
  expect(decided(all)).toEqual({ now: ["gateway-2"], later: ["gateway"] });
});

test("while a copy is being started, none is restarted", () => {
  const all = [asked("gateway", "restart"), asked("gateway-2", "start")];
  expect(decided(all)).toEqual({ now: ["gateway-2"], later: ["gateway"] });
});

test("what is left as it is is no matter of turns", () => {
  const all = [asked("gateway", "leave"), asked("gateway-2", "leave"), asked("gateway-3", "restart")];
  expect(decided(all)).toEqual({ now: ["gateway", "gateway-2", "gateway-3"], later: [] });
});

test("each is restarted when the one before it is, and so is what a restart puts off, once", async () => {
  const done: string[] = [];
  const restart = async (name: string) => {
    await Promise.resolve();
    done.push(name);
    return { name, later: name === "gateway-2" ? ["gateway-3", "gateway-4"] : [] };
  };
  const restarted: string[] = [];
  for await (const { name } of restartInTurn(["gateway-2", "gateway-3"], restart)) {
    expect(done.at(-1)).toBe(name);
    restarted.push(name);
  }
  expect(restarted).toEqual(["gateway-2", "gateway-3", "gateway-4"]);
});
