import { describe, expect, test } from "vitest";
import { createSession, messagesOf, say, startTestStack } from "../support/hmi.ts";
import { NO_POSTGRESQL } from "../support/postgresql.ts";
import { query, useTestSchemas } from "../support/postgresql-test-store.ts";

describe.skipIf(NO_POSTGRESQL !== undefined)(`a stack on PostgreSQL ${NO_POSTGRESQL ?? ""}`, () => {
  const schemas = useTestSchemas();

  test("a stack on PostgreSQL answers a message, and goes on with it after a restart of all", async () => {
    const storeUrl = await schemas.empty();
    const first = await startTestStack({ storeUrl });
    const sessionId = await createSession(first.hmi, null);
    await say(first.hmi, "Hi");
    const said = async (hmi: string) =>
      (await messagesOf(hmi, sessionId)).map(({ role, status }) => `${role}: ${status}`);
    const whole = ["user: complete", "assistant: complete"];
    expect(await said(first.hmi)).toEqual(whole);
    await first.close();
    expect(await query(storeUrl, "SELECT count(*) AS n FROM writers")).toEqual([{ n: 0 }]);
    const second = await startTestStack({ storeUrl });
    expect(await said(second.hmi)).toEqual(whole);
  });
});
