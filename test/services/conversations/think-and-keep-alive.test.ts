import { expect, test } from "vitest";
import {
  configuredThinkAndKeepAlive,
  firstOfEach,
} from "../../../src/services/conversations/think-and-keep-alive.ts";

test.each([
  ["default", "", {}],
  ["on", "", { think: true }],
  ["off", "5m", { think: false, keep_alive: "5m" }],
  ["high", "-1", { think: "high", keep_alive: -1 }],
  ["default", "300", { keep_alive: 300 }],
] as const)(
  "chat.think %s and chat.keep_alive %j are told as the engine knows them",
  (think, keep_alive, expected) => {
    expect(configuredThinkAndKeepAlive({ think, keep_alive })).toEqual(expected);
  },
);

test("of each setting the first that says something holds, also where it says false or 0", () => {
  const message = { think: false };
  const profile = { think: "high", keep_alive: 0 } as const;
  const configured = { think: true, keep_alive: "5m" } as const;
  expect(firstOfEach(message, profile, configured)).toEqual({ think: false, keep_alive: 0 });
  expect(firstOfEach(undefined, {}, configured)).toEqual(configured);
  expect(firstOfEach()).toEqual({});
});
