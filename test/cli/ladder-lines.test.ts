import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { printLadder } from "../../src/cli/ladder-lines.ts";
import type { LadderReport, RungReport } from "../../src/doctor/run-doctor.ts";
import { readableScreen } from "../support/screen.ts";

const RUNGS: readonly RungReport[] = [
  rung("engine", "answer", { status: "holds", text: "answers, version 0.13.0", took_ms: 3 }),
  rung("engine", "model", {
    status: "broken",
    text: 'the configured model "a\u001b[2J b" is not installed; it has llama3.1:8b',
    took_ms: 2,
    problem: { code: "model_missing", cause: "A display name was used.", next: "stack down" },
  }),
  rung("gateway", "process", { status: "skipped", text: "another machine" }),
  rung("gateway", "chat", { status: "not_tried", text: "waits for the engine's model", took_ms: null }),
  rung("gateway", "cancel", { status: "not_tried", text: "waits for the engine's model", took_ms: null }),
  rung("hmi", "process", { status: "holds", text: "process 12" }),
];

test("a line a rung, the cause and the next command under a broken one, what waits in one line", () => {
  expect(shown().split("\n")).toEqual([
    "  engine    ✓ answers, version 0.13.0  3 ms",
    '            ✗ the configured model "a⟨U+001B⟩[2J b" is not installed; it has llama3.1:8b  2 ms',
    "              A display name was used.",
    "              → stack down",
    "  gateway   · another machine",
    "            · not tried: chat, cancel (waits for the engine's model)",
    "  hmi       ✓ process 12",
    "",
    "  2 hold, 1 broken, 2 not tried, 1 skipped in 0.4 s.",
    "  · The engine is not judged.",
    "  ✗ left behind: model profile 3",
    "",
  ]);
});

test("on a narrow terminal lines are wrapped under their text", () => {
  const lines = shown(40).split("\n");
  expect(lines.every((line) => stripVTControlCharacters(line).length <= 40)).toBe(true);
  expect(lines.filter((line) => line.startsWith("              ")).length).toBeGreaterThan(4);
});

function shown(columns?: number): string {
  const { screen, output } = readableScreen(columns);
  const { onRung, end } = printLadder(screen);
  RUNGS.forEach(onRung);
  end({
    rungs: RUNGS,
    took_ms: 400,
    left_behind: ["model profile 3"],
    warnings: [],
    not_judged: ["The engine is not judged."],
  } as unknown as LadderReport);
  return output();
}

function rung(service: RungReport["service"], name: string, more: Partial<RungReport>): RungReport {
  const id = `${service}/${name}`;
  return {
    id,
    service,
    name,
    status: "holds",
    text: "",
    took_ms: 0,
    waits_for: null,
    problem: null,
    ...more,
  };
}
