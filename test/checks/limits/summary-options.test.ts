import { expect, test } from "vitest";
import { summaryOptions } from "../../../src/checks/limits/summary-options.ts";

const SUMMARISE = [{ role: "system", content: "Summarise the conversation below." }];

const judge = (endpoint: string, options: object) =>
  summaryOptions.judge({ others: [{ endpoint, options, model: "m", messages: SUMMARISE }] } as never);

test.each([
  ["chat", { num_ctx: 256, seed: 4711, num_predict: 16 }, "holds"],
  ["chat", { seed: 4711, num_predict: 16 }, "broken"],
  // There is no name for num_ctx on that wire.
  ["completions", { seed: 4711, num_predict: 16 }, "holds"],
  ["completions", { num_predict: 16 }, "broken"],
  ["completions", { seed: 4711 }, "broken"],
])("a summary asked for by %s with %o %s", (endpoint, options, verdict) => {
  expect(judge(endpoint, options)).toMatchObject({ verdict });
});
