import { expect, test } from "vitest";
import { isPrivateGroup, nameOfUser, ownUser, userNameIn } from "../../src/files/user-names.ts";

const PASSWD = `root:x:0:0:root:/root:/bin/sh
maria:x:70001:70001::/home/maria:/bin/sh
sam:x:70002:100::/home/sam:/bin/sh
kim:x:70003:70004::/home/kim:/bin/sh
lee:x:70005:70004::/home/lee:/bin/sh
`;
const GROUP = `root:x:0:
users:x:100:
maria:x:70001:maria
shared:x:70001:
kim:x:70004:
open:x:70006:maria
`;

test("a user id without a name is told as a number", () => {
  expect(userNameIn(PASSWD, 70_001)).toBe("maria");
  expect(userNameIn(PASSWD, 70_099)).toBe("uid 70099");
});

test("this process's own user has the name that the machine has for it", () => {
  expect(nameOfUser(process.geteuid?.() ?? 0)).toBe(ownUser());
});

test.each([
  ["a user's own one, which lists only the user", 70_001, "maria", true],
  ["one that many may be in", 100, "sam", false],
  ["one that is the first group of another user too", 70_004, "kim", false],
  ["one with another name", 70_001, "sam", false],
  ["one without a name, of a user without a name, by the same number", 1234, "uid 1234", true],
  ["one without a name, of a user who has one", 1234, "maria", false],
])("a group is nobody's but the user's: %s", (_, gid, user, isPrivate) => {
  expect(isPrivateGroup(PASSWD, GROUP, gid, user)).toBe(isPrivate);
});

test("a member beside the user makes a group another one's too", () => {
  expect(isPrivateGroup(PASSWD, "maria:x:70001:maria,sam\n", 70_001, "maria")).toBe(false);
});
