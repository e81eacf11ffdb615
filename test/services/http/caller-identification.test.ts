import { expect, test } from "vitest";
import { WireError } from "../../../src/contract/wire-error.ts";
import {
  createCallerIdentifier,
  type Introduction,
  type People,
} from "../../../src/services/http/caller-identification.ts";

const PEOPLE: People = {
  token: "house",
  users: { alice: "token-a", bob: "token-b" },
  userHeader: "X-Forwarded-User",
  trustedProxies: ["127.0.0.1", "10.1.0.0/16", "fd00::/8"],
};

/** Who calls, as `name by how`, with a star for whoever acts for all; or why nobody may. */
function whoCalls(people: People, call: Partial<Introduction>): string {
  const found = createCallerIdentifier(people)({
    token: undefined,
    address: "192.0.2.1",
    named: [],
    ...call,
  });
  if (found instanceof WireError) return `${found.code}: ${found.message}`;
  return `${found.user} by ${found.by}${found.actsForAll ? " *" : ""}`;
}

test("where no token is set everybody is the same person, whatever a call says", () => {
  const open = { ...PEOPLE, token: "" };
  for (const call of [{}, { token: "token-a" }, { address: "127.0.0.1", named: ["alice"] }]) {
    expect(whoCalls(open, call)).toBe("local by nothing *");
  }
});

test.each([
  ["house", "local by token *"],
  ["token-a", "alice by token"],
  ["token-b", "bob by token"],
  ["token-c", "unauthorized: The token that the call shows"],
  ["", "unauthorized: The token that the call shows"],
  [undefined, "unauthorized: This service asks for a token"],
])("the token %j is of: %s", (token, who) => {
  expect(whoCalls(PEOPLE, { token })).toContain(who);
});

test.each([
  ["127.0.0.1", true],
  ["::ffff:127.0.0.1", true],
  ["10.1.200.3", true],
  ["::ffff:10.1.0.9", true],
  ["fd12::1", true],
  ["fd12::1%eth0", true],
  ["127.0.0.2", false],
  ["10.2.0.1", false],
  ["::1", false],
  ["", false],
  [undefined, false],
])("the header is believed from the proxies' addresses alone: %j", (address, isBelieved) => {
  const who = whoCalls(PEOPLE, { address, named: ["carol"] });
  expect(who).toContain(isBelieved ? "carol by proxy" : "unauthorized: This service asks for a token");
  const shown = whoCalls(PEOPLE, { address, named: ["carol"], token: "token-a" });
  expect(shown).toBe(isBelieved ? "carol by proxy" : "alice by token");
});

test("a proxy's address with no name is nobody's, unless a token says whose", () => {
  const fromProxy = { address: "127.0.0.1" };
  const nobody = "unauthorized: The proxy names nobody in X-Forwarded-User";
  expect(whoCalls(PEOPLE, fromProxy)).toContain(nobody);
  for (const name of ["", "   ", "x".repeat(201)]) {
    expect(whoCalls(PEOPLE, { ...fromProxy, named: [name], token: "token-a" })).toContain(nobody);
  }
  expect(whoCalls(PEOPLE, { ...fromProxy, token: "house" })).toBe("local by token *");
  expect(whoCalls(PEOPLE, { ...fromProxy, token: "wrong" })).toContain("unauthorized: The token");
});

test("a second header of that name is refused: one may be the caller's own", () => {
  const call = { address: "127.0.0.1", named: ["alice", "bob"], token: "house" };
  expect(whoCalls(PEOPLE, call)).toContain("unauthorized: The request has 2 headers X-Forwarded-User");
});

test("whoever is named as everybody's person is that person, and acts for nobody else", () => {
  expect(whoCalls(PEOPLE, { address: "127.0.0.1", named: ["local"] })).toBe("local by proxy");
  expect(whoCalls({ token: "house", users: { local: "l" } }, { token: "l" })).toBe("local by token");
});

test("without a header no address is trusted", () => {
  const people = { ...PEOPLE, userHeader: "" };
  expect(whoCalls(people, { address: "127.0.0.1", named: ["alice"] })).toContain(
    "unauthorized: This service",
  );
});
