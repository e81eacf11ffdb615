import { expect, test } from "vitest";
import { DEFAULT_CONFIG } from "../../../src/config/default-config.ts";
import type { WireSettings } from "../../../src/contract/wire-description.ts";
import { verify } from "../../../src/verify/verify-stack.ts";
import {
  FEED_WIRE,
  LOGINS,
  PEOPLE_WIRE,
  type PeopleLeak,
  type PeopleLogin,
  startPeopleChat,
} from "../../support/people-chat.ts";

const USERS = { ada: "lovelace", ben: "franklin" };
const CLAIMS = ["another-list", "another-rows", "another-stream", "another-cancel"] as const;

/** What became of the claims about two people, and the words of those that do not hold. */
async function judge(
  hmi: string,
  login: PeopleLogin,
  users: Readonly<Record<string, string>>,
  more: WireSettings = {},
) {
  const wire = { ...PEOPLE_WIRE, login: LOGINS[login], ...more };
  const contract = { ...DEFAULT_CONFIG.contract, driver: "described", wire };
  const report = await verify({
    suite: "isolation",
    target: { hmi, users, contract },
    grep: /another-(?:list|rows|stream|cancel)$/,
  });
  const found = CLAIMS.map((claim) => {
    const outcome = report.results.find(({ id }) => id === `isolation/${claim}`)?.outcome;
    return [claim, outcome];
  });
  return { report, found: Object.fromEntries(found) };
}

test.each(["bearer", "form", "cookie"] as const)(
  "what is kept apart holds where people get in by a login: %s",
  async (login) => {
    const backEnd = await startPeopleChat({ login });
    const { report, found } = await judge(backEnd.url, login, USERS);
    for (const claim of CLAIMS) expect(found[claim], claim).toMatchObject({ verdict: "holds" });
    for (const secret of Object.values(USERS)) expect(JSON.stringify(report)).not.toContain(secret);
    // Once each.
    expect(backEnd.logins).toEqual(["ada", "ben"]);
    expect(backEnd.count()).toBe(0);
  },
);

test.each<[PeopleLeak, Partial<Record<(typeof CLAIMS)[number], string>>]>([
  ["list", { "another-list": "the first person's" }],
  ["rows", { "another-rows": "their word" }],
  ["message", { "another-rows": "what another person said into it" }],
  ["deletion", { "another-rows": "nothing of it" }],
  ["stream", { "another-stream": "its text: 1" }],
  ["cancel", { "another-cancel": "done (cancelled)" }],
])(
  "a back end that lets another person through is broken there, and nowhere else: %s",
  async (leak, broken) => {
    const backEnd = await startPeopleChat({ leaks: [leak] });
    const { found } = await judge(backEnd.url, "bearer", USERS);
    for (const claim of CLAIMS) {
      const words = broken[claim];
      expect(found[claim], claim).toMatchObject(
        words === undefined
          ? { verdict: "holds" }
          : { verdict: "broken", found: expect.stringContaining(words) },
      );
    }
  },
);

test("a feed of several replies is another person's to read no more than a reply's own stream", async () => {
  const kept = await startPeopleChat();
  const apart = await judge(kept.url, "bearer", USERS, FEED_WIRE);
  for (const claim of CLAIMS) expect(apart.found[claim], claim).toMatchObject({ verdict: "holds" });
  const open = await startPeopleChat({ leaks: ["stream"] });
  const { found } = await judge(open.url, "bearer", USERS, FEED_WIRE);
  expect(found["another-stream"]).toMatchObject({
    verdict: "broken",
    found: expect.stringContaining("its text: 1"),
  });
});

test("a conversation is gone where it is answered as one that never was, whatever the status", async () => {
  const backEnd = await startPeopleChat({ leaks: ["deletion"], missing: 401 });
  const { found } = await judge(backEnd.url, "bearer", USERS);
  expect(found["another-rows"]).toMatchObject({ verdict: "broken", found: "nothing of it" });
  const kept = await startPeopleChat({ missing: 401 });
  const well = await judge(kept.url, "bearer", USERS);
  for (const claim of CLAIMS) expect(well.found[claim], claim).toMatchObject({ verdict: "holds" });
});

test("where both are let in as one account, nothing is said of two people", async () => {
  const backEnd = await startPeopleChat({ leaks: ["one account"] });
  const { found } = await judge(backEnd.url, "bearer", USERS);
  for (const claim of CLAIMS) {
    expect(found[claim], claim).toMatchObject({
      verdict: "skipped",
      reason: expect.stringContaining("let in as one account (7)"),
    });
  }
});

test("whose account a session's cookie is, a call of the wire's own may tell", async () => {
  const account = { request: "GET /me", id: "account.id" };
  const one = await startPeopleChat({ login: "cookie", leaks: ["one account"] });
  const { found } = await judge(one.url, "cookie", USERS, { account });
  for (const claim of CLAIMS) {
    expect(found[claim], claim).toMatchObject({
      verdict: "skipped",
      reason: expect.stringContaining("let in as one account (everybody)"),
    });
  }
  const two = await startPeopleChat({ login: "cookie" });
  const apart = await judge(two.url, "cookie", USERS, { account });
  for (const claim of CLAIMS) expect(apart.found[claim], claim).toMatchObject({ verdict: "holds" });
});

test("ids that each person has of their own are no proof of anything", async () => {
  const backEnd = await startPeopleChat({ leaks: ["same names"] });
  const { found } = await judge(backEnd.url, "bearer", USERS);
  expect(found["another-rows"]).toMatchObject({
    verdict: "skipped",
    reason: expect.stringContaining("both people's conversations are called 1"),
  });
});

test("one person alone is no two, and the setting is named", async () => {
  const backEnd = await startPeopleChat();
  const { found } = await judge(backEnd.url, "bearer", { ada: "lovelace" });
  for (const claim of CLAIMS) {
    expect(found[claim]).toMatchObject({ verdict: "skipped", reason: expect.stringContaining("auth.users") });
  }
});

test("a second person who is not let in keeps apart from everybody, and that is no verdict", async () => {
  const backEnd = await startPeopleChat();
  await expect(judge(backEnd.url, "bearer", { ...USERS, ben: "frankly" })).rejects.toThrow(
    /does not let ben in: POST \/login answered 401: no such account, or another password than …\.$/,
  );
});
