import { expect, test } from "vitest";
import { requireKnownRoles } from "../../src/checks/rows-lack-field.ts";
import type { SeenRow } from "../../src/targets/drivers/reply-facts.ts";

function rows(...roles: readonly string[]): readonly SeenRow[] {
  return roles.map((role) => ({ session_id: "80", role, content: "Hi" }));
}

test("a row whose role nobody knows may be the one that is missed, and the setting that would say so is named", () => {
  const words = 'what the rows\' role "me", "oracle" means is not known (contract.wire.rows.roles would say)';
  expect(() => requireKnownRoles(rows("me", "oracle", "me"))).toThrow(words);
  expect(() => requireKnownRoles(rows("user", "oracle"))).toThrow('role "oracle" means');
  expect(() => requireKnownRoles(rows("me", "assistant"))).toThrow('role "me" means');
});

test("rows of which one is a person's and one a reply are judged, and so is what is not there at all", () => {
  for (const known of [rows("user", "assistant", "note"), rows("user"), rows("", "user"), rows()]) {
    expect(() => requireKnownRoles(known)).not.toThrow();
  }
});
