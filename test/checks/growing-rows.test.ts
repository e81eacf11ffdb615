import { expect, test } from "vitest";
import { DEFAULT_CONFIG } from "../../src/config/default-config.ts";
import { examine } from "../../src/doctor/run-doctor.ts";
import { verify } from "../../src/verify/verify-stack.ts";
import { rungOf } from "../support/doctor.ts";
import { POLL_SAVING_WIRE, type PollSaving, startPollSavingChat } from "../support/poll-saving-chat.ts";
import { traceUrls } from "../support/trace.ts";

const CONTRACT = { ...DEFAULT_CONFIG.contract, driver: "described", wire: POLL_SAVING_WIRE };

async function brokenClaims(saving: PollSaving, grep: RegExp): Promise<string[]> {
  const hmi = await startPollSavingChat(saving);
  const nobody = "http://127.0.0.1:9";
  const target = { hmi, gateway: nobody, engine: nobody, contract: CONTRACT };
  const { results } = await verify({ suite: ["persistence"], grep, target });
  return results.flatMap(({ id, outcome }) => (outcome.verdict === "broken" ? [id] : []));
}

test.each<[PollSaving, string[]]>([
  // What nobody asks for is not saved there: that is judged, and not what is left of it.
  ["updated", ["persistence/reader-left"]],
  ["merged at the end", ["persistence/reader-left"]],
  ["merged later", ["persistence/reader-left"]],
  ["never merged", ["persistence/reader-left", "persistence/one-reply", "persistence/concurrent"]],
])(
  "a reply that is saved as it grows, %s, is judged as it is kept",
  async (saving, broken) => {
    const claims = /\/(complete|reader-left|one-reply|concurrent)$/;
    expect(await brokenClaims(saving, claims)).toEqual(broken);
  },
  120_000,
);

test.each<[PollSaving, string, string]>([
  ["merged slowly", "message and reply are saved, and read back as they were", "passes"],
  ["never merged", "one turn is saved more than once: beside the reply one with", "saved_twice"],
])(
  "doctor and trace judge the rows of a growing reply at rest: %s",
  async (saving, words, kind) => {
    const hmi = await startPollSavingChat(saving);
    const { signal } = new AbortController();
    const report = await examine({
      config: DEFAULT_CONFIG,
      env: {},
      urls: { hmi },
      contract: CONTRACT,
      signal,
    });
    expect(rungOf(report, "hmi/stored").text).toContain(words);
    // No engine is known: what is saved can be judged all the same.
    expect((await traceUrls({ hmi, contract: CONTRACT })).diagnosis.kind).toBe(kind);
  },
  60_000,
);
