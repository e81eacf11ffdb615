import { expect, test } from "vitest";
import { SearchResults } from "../../../src/contract/hmi-schemas.ts";
import { hmiRoutes } from "../../../src/contract/routes.ts";
import { call } from "../../support/http.ts";
import { startTestStack } from "../../support/stack.ts";

test("what was said is found, by titles and by texts, with the place marked", async () => {
  const stack = await startTestStack();
  const { sent, reader } = await stack.send({ message: "Say: a tower" });
  await reader.ended;
  const answer = await call(stack.hmi, hmiRoutes.search.path(undefined, { q: "tower" }));
  expect(SearchResults.parse(answer.json)).toEqual({
    status: "ok",
    has_more: false,
    results: [
      { message_id: null, role: null, timestamp: null, excerpt: "Say: a tower" },
      { message_id: sent.assistant_message_id, role: "assistant", excerpt: "a tower" },
      { message_id: sent.message_id, role: "user", excerpt: "Say: a tower" },
    ].map((result) => ({
      timestamp: expect.any(String),
      ...result,
      session: expect.objectContaining({ session_id: sent.session_id }),
      matches: [[result.excerpt.indexOf("tower"), result.excerpt.length]],
    })),
  });
});

test.each(["", "?q=", "?q=%20", `?q=${"x".repeat(201)}`, "?q=x&limit=0", "?q=x&limit=101", "?q=x&offset=-1"])(
  "a search that is none is refused: %s",
  async (query) => {
    const stack = await startTestStack();
    const { status, json } = await call(stack.hmi, hmiRoutes.search.path() + query);
    expect([status, json.error.code]).toEqual([400, "bad_request"]);
  },
);
