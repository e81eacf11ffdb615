import { expect, test } from "vitest";
import { explain, tellPerson } from "../../src/cli/explain-error.ts";
import { UserError } from "../../src/errors/user-error.ts";
import { readableScreen } from "../support/screen.ts";

test("an error that the user can act on is told as it is", () => {
  const error = new UserError("port_taken", "It is taken.", { hint: "Free it.", exitCode: 1 });
  expect(explain(error)).toMatchObject({
    code: "port_taken",
    message: "It is taken.",
    hint: "Free it.",
    exitCode: 1,
  });
});

test.each([
  ["an Error", new TypeError("x is not a function"), "x is not a function"],
  ["anything else", "boom", "boom"],
])("%s is a bug of ours, and says so", (_, thrown, message) => {
  expect(explain(thrown)).toEqual({
    code: "internal_error",
    message: `stack itself failed: ${message}`,
    hint: expect.stringContaining("This is a bug in stack."),
    exitCode: 1,
  });
});

test("each line of a hint is indented", () => {
  const { screen, output } = readableScreen();
  tellPerson(screen, { message: "It is taken.", hint: "Free it.\nOr take another." });
  expect(output()).toBe("✗ It is taken.\n  Free it.\n  Or take another.\n");
});
