import { expect, test } from "vitest";
import { problemOfStoreName, readStoreAddress, withAbsolutePath } from "../../src/contract/store-address.ts";

test.each([
  ["sqlite:///srv/chat.db", { kind: "sqlite", path: "/srv/chat.db" }],
  ["sqlite:/srv/a b#c.db", { kind: "sqlite", path: "/srv/a b#c.db" }],
  ["sqlite:chat.db", { kind: "sqlite", path: "chat.db" }],
  ["postgres://a@h/db", { kind: "postgresql", url: "postgres://a@h/db" }],
  ["postgresql:///db?host=/run", { kind: "postgresql", url: "postgresql:///db?host=/run" }],
])("%s is an address", (text, address) => {
  expect(readStoreAddress(text)).toEqual(address);
});

test.each(["sqlite://chat.db", "mysql://h/db", "/srv/chat.db", "postgres://a:p/w@h:port/db"])(
  "%s is none, and what is wrong does not repeat it",
  (text) => {
    const problem = readStoreAddress(text);
    expect(problem).toEqual(expect.stringMatching(/^(must|is no URL)/));
    expect(problem).not.toContain(text);
  },
);

test("a relative path is meant from the configuration's folder", () => {
  expect(withAbsolutePath("sqlite:data/chat.db", "/etc/stack")).toBe("sqlite:/etc/stack/data/chat.db");
  expect(withAbsolutePath("sqlite:///srv/chat.db", "/etc/stack")).toBe("sqlite:/srv/chat.db");
  expect(withAbsolutePath("postgres://h/db", "/etc/stack")).toBe("postgres://h/db");
  expect(withAbsolutePath("", "/etc/stack")).toBe("");
});

test.each([
  ["messages", "chat.messages", true],
  ["messages", "a.b.c", false],
  ["messages.role", "chat.role", false],
  ["messages.role", "Größe_1", true],
  ["messages.role", 'role" --', false],
  ["messages.role", "1st", false],
])("as the name of %s, %s is one: %s", (name, given, isOne) => {
  expect(problemOfStoreName(name, given) === undefined).toBe(isOne);
});
