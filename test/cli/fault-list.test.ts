import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { listFaults } from "../../src/cli/fault-list.ts";
import { readableScreen } from "../support/screen.ts";

const fault = (name: string, story: string) => ({
  ...{ name, story, seenIn: "here", caughtBy: [] },
  overrides: () => ({}),
});
const FAULTS = [
  fault("cancel-hits-newest-conversation", "A cancel ends whichever reply began last."),
  fault("none", "Nothing is wrong."),
];

function listed(columns: number | undefined): string {
  const { screen, output } = readableScreen(columns);
  listFaults(screen, FAULTS);
  return stripVTControlCharacters(output());
}

test("in two columns, also on a pipe", () => {
  const lines = [
    "  cancel-hits-newest-conversation  A cancel ends whichever reply began last.",
    "  none                             Nothing is wrong.",
    "",
  ];
  expect(listed(undefined)).toBe(lines.join("\n"));
  expect(listed(80)).toBe(lines.join("\n"));
});

test("on a narrow terminal the story stands under the name, and nothing is cut or wider", () => {
  expect(listed(40).split("\n")).toEqual([
    "  cancel-hits-newest-conversation",
    "    A cancel ends whichever reply began",
    "    last.",
    "  none",
    "    Nothing is wrong.",
    "",
  ]);
});
