import { expect, test } from "vitest";
import type { UserEvent } from "../../../src/contract/hmi-schemas.ts";
import { UserEvents } from "../../../src/services/hmi/user-events.ts";

const deleted = (session_id: string): UserEvent => ({ type: "session_deleted", session_id });

/** What a reader takes now: ids, and what is told. */
function taken(lines: string): { id: string; event: UserEvent }[] {
  return lines
    .split("\n\n")
    .filter((message) => message !== "")
    .map((message) => {
      const [, id, data] = /^id: (.*)\ndata: (.*)$/.exec(message) ?? [];
      return { id: id ?? "", event: JSON.parse(data ?? "") as UserEvent };
    });
}

const told = (lines: string): string[] =>
  taken(lines).map(({ event }) => (event.type === "session_deleted" ? event.session_id : event.type));

test("who comes for the first time is told to load anew, and then what happens", () => {
  const events = new UserEvents();
  events.publish("ada", deleted("before"));
  const reader = events.read("ada", undefined);
  expect(told(reader.take())).toEqual(["reset"]);
  expect(reader.take()).toBe("");
  events.publish("ada", deleted("1"));
  events.publish("ada", deleted("2"));
  expect(told(reader.take())).toEqual(["1", "2"]);
});

test("nobody hears of another user", () => {
  const events = new UserEvents();
  const [ada, bob] = [events.read("ada", undefined), events.read("bob", undefined)];
  ada.take();
  bob.take();
  events.publish("ada", deleted("1"));
  expect([told(ada.take()), told(bob.take())]).toEqual([["1"], []]);
});

test("who comes back with an id is told what followed, each event once", () => {
  const events = new UserEvents();
  const reader = events.read("ada", undefined);
  const [start] = taken(reader.take());
  for (let number = 1; number <= 5; number += 1) events.publish("ada", deleted(String(number)));
  const ids = taken(reader.take()).map(({ id }) => id);
  reader.leave();
  expect(told(events.read("ada", start?.id).take())).toEqual(["1", "2", "3", "4", "5"]);
  expect(told(events.read("ada", ids[2]).take())).toEqual(["4", "5"]);
  expect(events.read("ada", ids[4]).take()).toBe("");
});

test("a reader that is too far behind is told to load anew, and misses nothing after that", () => {
  const events = new UserEvents();
  const reader = events.read("ada", undefined);
  const [start] = taken(reader.take());
  for (let number = 1; number <= 1_001; number += 1) events.publish("ada", deleted(String(number)));
  const lines = taken(reader.take());
  expect(lines.map(({ event }) => event.type)).toEqual(["reset"]);
  events.publish("ada", deleted("next"));
  expect(told(reader.take())).toEqual(["next"]);
  expect(told(events.read("ada", lines[0]?.id).take())).toEqual(["next"]);
  expect(told(events.read("ada", start?.id).take())).toEqual(["reset"]);
});

test.each(["another-process:1", "7:3.0.0", "x", ":", "another:999999999999999"])(
  "an id that is none of this process's (%s) is told to load anew",
  (id) => {
    const events = new UserEvents();
    events.read("ada", undefined).take();
    events.publish("ada", deleted("1"));
    expect(told(events.read("ada", id).take())).toEqual(["reset"]);
  },
);

test("an id of what has not happened yet is told to load anew", () => {
  const events = new UserEvents();
  const [start] = taken(events.read("ada", undefined).take());
  const future = start?.id.replace(/:0$/, ":5");
  expect(told(events.read("ada", future).take())).toEqual(["reset"]);
});

test("of users without a reader only the last hundred are remembered", () => {
  const events = new UserEvents();
  const ids = Array.from({ length: 150 }, (_, number) => {
    const reader = events.read(`user ${number}`, undefined);
    const [start] = taken(reader.take());
    reader.leave();
    return start?.id;
  });
  events.publish("user 149", deleted("1"));
  events.publish("user 10", deleted("1"));
  expect(told(events.read("user 149", ids[149]).take())).toEqual(["1"]);
  expect(told(events.read("user 10", ids[10]).take())).toEqual(["reset"]);
});

test("a reader that waits is woken by an event, and by leaving", async () => {
  const events = new UserEvents();
  const reader = events.read("ada", undefined);
  reader.take();
  const changed = reader.changed();
  events.publish("ada", deleted("1"));
  await changed;
  expect(told(reader.take())).toEqual(["1"]);
  const left = reader.changed();
  reader.leave();
  await left;
  expect(reader.finished).toBe(false);
});

test("all readers come to an end where the service stops, after what was told", async () => {
  const events = new UserEvents();
  const reader = events.read("ada", undefined);
  reader.take();
  events.publish("ada", deleted("1"));
  const changed = reader.changed();
  events.close();
  await changed;
  expect(told(reader.take())).toEqual(["1"]);
  expect(reader.finished).toBe(true);
});
