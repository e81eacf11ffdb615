import { expect, test } from "vitest";
import type { RungReport } from "../../src/contract/doctor-report.ts";
import { ageText, doubtText, isFresh, verdictText, visibleText } from "../../web/doctor-report-summary.ts";

function rungs(...statuses: RungReport["status"][]): { rungs: RungReport[] } {
  return {
    rungs: statuses.map((status, index) => ({
      id: `engine/${index}`,
      service: "engine",
      name: "answer",
      status,
      text: "",
      took_ms: 1,
      waits_for: null,
      problem: null,
    })),
  };
}

test.each([
  [0, "less than a minute ago"],
  [59, "less than a minute ago"],
  [60, "1 minute ago"],
  [12 * 60 + 59, "12 minutes ago"],
  [3600, "1 hour ago"],
  [2 * 86_400 - 1, "1 day ago"],
  [14 * 86_400, "14 days ago"],
])("%i seconds are %s", (seconds, text) => {
  expect(ageText(seconds)).toBe(text);
});

test("the verdict counts what was found, and what nobody could find", () => {
  expect(verdictText(rungs("holds", "holds"))).toBe("Nothing was broken: 2 held.");
  expect(verdictText(rungs("holds", "broken", "not_tried", "skipped"))).toBe(
    "1 thing was broken: 1 held, 1 not tried, 1 not judged.",
  );
  expect(verdictText(rungs("broken", "broken"))).toBe("2 things were broken.");
  expect(verdictText(rungs())).toBe("Nothing was broken.");
});

test("nothing in what services say is hidden or turns the reading direction", () => {
  expect(visibleText("ollama pull \u202egnp.\u200b\u0007x\ny")).toBe(
    "ollama pull ⟨U+202E⟩gnp.⟨U+200B⟩⟨U+0007⟩x\ny",
  );
  expect(visibleText("Größe, 模型, שלום")).toBe("Größe, 模型, שלום");
});

test("what was found is in doubt where a service was started since, and old after a while", () => {
  expect(doubtText({ started_since: [] })).toBe("");
  expect(doubtText({ started_since: ["gateway"] })).toBe(
    "Gateway was started since, so this may not be true any more.",
  );
  expect(doubtText({ started_since: ["gateway", "hmi", "api"] })).toMatch(/^Gateway, HMI, and api were /);
  expect(isFresh({ started_since: [] }, 60)).toBe(true);
  expect(isFresh({ started_since: [] }, 3600)).toBe(false);
  expect(isFresh({ started_since: ["hmi"] }, 60)).toBe(false);
});
