import { expect, test } from "vitest";
import { DEFAULT_CONFIG } from "../../src/config/default-config.ts";
import { startInProcessStack } from "../../src/services/in-process-stack.ts";
import { targetSettings } from "../../src/targets/target-settings.ts";
import { verify } from "../../src/verify/verify-stack.ts";

const QUICK = { heartbeat_ms: 150, orphan_grace_ms: 300, save_every_ms: 50, max_reply_ms: 1_000 } as const;

/**
 * The stand-in can be directed by that wire too, where directions go as text: what fails as it was told to says nothing
 * against the stack.
 */
test("by OpenAI's wire, with directions as text, no claim of a good stack is called broken", async () => {
  await using stack = await startInProcessStack({ engine: { api: "openai" }, stream: QUICK });
  const { results } = await verify({
    target: {
      ...stack,
      settings: targetSettings(QUICK),
      contract: { ...DEFAULT_CONFIG.contract, lacks: { "engine.options": "skipped" } },
    },
  });
  const told = results.filter(({ outcome: { verdict } }) => verdict !== "holds" && verdict !== "skipped");
  expect(told.map(({ id, outcome }) => ({ id, outcome }))).toEqual([]);
}, 60_000);
