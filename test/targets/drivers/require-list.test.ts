import { expect, test } from "vitest";
import { requireItems } from "../../../src/targets/drivers/require-list.ts";

const answered = (body: unknown, status = 200) =>
  ({ request: "GET /rows", status, body, said: body }) as never;

test.each([
  ["what it stands in is empty", { values: {} }, []],
  ["what it stands in is null", { values: null }, []],
  ["it is there", { values: { messages: [1] } }, [1]],
])("a list in something: %s", (_, body, items) => {
  expect(requireItems(answered(body), "values.messages")).toEqual(items);
});

test.each([
  ["another name", { values: { turns: [] } }],
  ["nothing of it", { detail: "gone" }],
])("an answer with %s has no list", (_, body) => {
  expect(() => requireItems(answered(body), "values.messages")).toThrow("GET /rows answered 200");
});
