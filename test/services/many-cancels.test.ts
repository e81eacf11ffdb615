import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { gatewayRoutes } from "../../src/contract/routes.ts";
import { findGrammarFault } from "../../src/contract/stream-grammar.ts";
import { call } from "../support/http.ts";
import { rounds } from "../support/rounds.ts";
import { startTestStack } from "../support/stack.ts";
import { eventually, wholeStream } from "../support/streams.ts";

const CANCELS = rounds(300, 10_000);

/** Conversations at once. */
const AT_ONCE = 10;

test(
  "hundreds of cancels at any moment: each ends its reply, each row says how, and nothing runs on",
  async () => {
    const stack = await startTestStack({ tokenDelayMs: 1 });
    let left = CANCELS;
    const converse = async (): Promise<void> => {
      for (let turn = 0; left > 0; turn += 1) {
        left -= 1;
        // A short history: what is cancelled is what is tried here.
        const { session_id } = await stack.newSession();
        await stack.post({ session_id, message: "Count to 30" });
        const reading = wholeStream(stack.hmi, `/api/chat/stream/${session_id}`);
        // From before the engine is asked to after the end.
        await delay((turn * 7) % 45);
        const { status } = await stack.cancel(session_id);
        expect(status).toBe(200);
        const reader = await reading;
        expect(findGrammarFault(reader.events)).toBeUndefined();
        const row = (await stack.messages(session_id)).at(-1);
        expect(["cancelled", "complete"]).toContain(row?.status);
        expect(row?.content).toBe(reader.text);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, converse));
    await eventually(async () => {
      const { json } = await call(stack.gateway, gatewayRoutes.health.path());
      expect(json.active_streams).toBe(0);
      expect((await stack.generations()).filter(({ ended }) => ended === "running")).toEqual([]);
    });
  },
  rounds(120_000, 600_000),
);
