import { expect, onTestFinished, test } from "vitest";
import type { ForeignContract } from "../../src/contract/foreign-back-end.ts";
import type { RunReport } from "../../src/harness/run-report.ts";
import { startTestEngine } from "../services/stand-in-engine/client.ts";
import { idsWith, judgeBackEnd } from "../support/judge-back-end.ts";
import { ODD_WIRE, type OddFault, startOddBackEnd } from "../support/odd-back-end.ts";

const SUITES = ["cancel", "isolation", "model-conversation", "health", "http", "limits", "thoughts"];
const PERSISTENCE = ["persistence"];

interface JudgeOptions {
  readonly model?: string;
  readonly suites?: readonly string[];
  readonly wire?: NonNullable<ForeignContract["wire"]>;
}

/** What is found of it, by an engine whose record can be seen. */
async function judge(
  only: RegExp,
  faults: readonly OddFault[] = [],
  { model = "llama3.1:8b", suites = SUITES, wire = ODD_WIRE }: JudgeOptions = {},
): Promise<RunReport> {
  const engine = await startTestEngine();
  const { url, close } = await startOddBackEnd(engine.url, faults, { model });
  onTestFinished(close);
  return await judgeBackEnd({ url, engine: engine.url, wire }, suites, only);
}

test("a back end that nobody here has seen is judged by its description, and nothing of it is left", async () => {
  const report = await judge(/./);
  expect(report.results.filter(({ outcome }) => outcome.verdict === "broken")).toEqual([]);
  expect(report.counts).toMatchObject({ broken: 0, could_not_run: 0 });
  expect(idsWith(report, "holds")).toEqual(
    expect.arrayContaining([
      "cancel/mid-reply",
      "cancel/saved",
      "cancel/deleted",
      "isolation/rows",
      "isolation/history",
      "isolation/first-messages",
      "model-conversation/reload",
      "model-conversation/given-session",
      "health/quick",
      "http/no-internals",
      "http/pages",
      "http/assets",
      "http/harmless",
      "limits/long-message",
    ]),
  );
  expect(report.left_behind).toEqual([]);
  // Where nothing goes is not named.
  expect(report.target).not.toContain("gateway");
  for (const { outcome } of report.results) {
    if (outcome.verdict === "skipped") expect(outcome.reason).toMatch(/\w{3}/);
  }
  // A setting that is there already is no advice.
  expect(report.results.find(({ id }) => id === "cancel/usage")?.outcome).toEqual({
    verdict: "skipped",
    reason:
      "nobody tells what a cancelled reply cost: contract.wire.stream.usage is set, and does not tell it here; contract.wire.rows.completion_tokens would say, too",
  });
}, 240_000);

test("a back end whose model always thinks is judged by what it says: thoughts take up no reply, and are no burst", async () => {
  const only = /^(?:sse\/pace|persistence\/complete|isolation\/(?:rows|history)|model-conversation\/reply)$/;
  const suites = [...SUITES, ...PERSISTENCE, "sse"];
  const report = await judge(only, [], { model: "qwen3:8b", suites });
  expect(report.counts).toMatchObject({ holds: 5, broken: 0, could_not_run: 0 });
});

test("a back end that fails at every message is not said to fail at long ones", async () => {
  const { results } = await judge(/^limits\/long-message$/, ["fails"]);
  expect(results.map(({ outcome }) => outcome)).toEqual([
    { verdict: "could-not-run", reason: expect.stringContaining("answered 500") },
  ]);
});

const HTTP = /^http\//;

test.each<[OddFault, RegExp, string[]]>([
  ["cancel-ignored", /^cancel\/(mid-reply|every-reader)$/, ["cancel/mid-reply", "cancel/every-reader"]],
  ["engine-goes-on", /^cancel\/(mid-reply|deleted|saved)$/, ["cancel/mid-reply", "cancel/deleted"]],
  ["cancelled-as-whole", /^cancel\/(mid-reply|saved)$/, ["cancel/saved"]],
  ["saved-to-newest", /^model-conversation\/(given-session|reload)$/, ["model-conversation/given-session"]],
  ["no-history", /^isolation\/(history|prompts)$/, ["isolation/history"]],
  ["asked-twice-in-prompt", /^isolation\/(history|prompts)$/, ["isolation/history"]],
  ["roles-lost-in-prompt", /^isolation\/(history|prompts)$/, ["isolation/history"]],
  ["head-deletes", HTTP, ["http/harmless"]],
  ["tells-internals", HTTP, ["http/no-internals"]],
  ["page-kept", HTTP, ["http/pages", "http/assets"]],
  ["script-missing", HTTP, ["http/assets"]],
  ["fails-at-length", /^limits\//, ["limits/long-message"]],
])("%s is seen, and nothing else is blamed", async (fault, only, broken) => {
  const report = await judge(only, [fault]);
  expect(idsWith(report, "broken")).toEqual(broken);
});

test.each<[OddFault | undefined, string[]]>([
  [undefined, []],
  ["thoughts-in-text", []],
  ["thoughts-lost", ["thoughts/kept"]],
  ["thoughts-sent", ["thoughts/not-sent"]],
])("of a model that thinks, %s is seen where thoughts go", async (fault, broken) => {
  const report = await judge(/^thoughts\//, fault === undefined ? [] : [fault], { model: "qwen3:8b" });
  expect(idsWith(report, "broken")).toEqual(broken);
  // What is told as text is not known to be a thought.
  expect(idsWith(report, "skipped")).toHaveLength(fault === "thoughts-in-text" ? 3 : 0);
});

test("what is stored of a cancelled reply is not judged where a cancel ends none, and that is said in its answer's words", async () => {
  const report = await judge(/^persistence\/cancelled$/, ["cancel-ignored"], { suites: PERSISTENCE });
  expect(report.results.map(({ outcome }) => outcome)).toMatchObject([
    {
      verdict: "skipped",
      reason: expect.stringMatching(/DELETE \/chats\/c1\/answers\/\w+ answered 204.*went on to its end/),
    },
  ]);
});

test("where a text of its own is the reply to everything, the engine is said not to be asked, and nothing is blamed for it", async () => {
  const suites = [...SUITES, ...PERSISTENCE, "sse", "models"];
  const report = await judge(/./, ["canned"], { suites });
  expect(idsWith(report, "broken")).toEqual([]);
  expect(report.counts.could_not_run).toBe(0);
  const reasons = report.results.flatMap(({ id, outcome }) =>
    outcome.verdict === "skipped" && outcome.reason.startsWith("the engine that is watched")
      ? [{ id, ...outcome }]
      : [],
  );
  expect(reasons.map(({ id }) => id)).toEqual(
    expect.arrayContaining([
      "cancel/mid-reply",
      "cancel/only-its-own",
      "persistence/failed",
      "isolation/prompts",
      "isolation/one-request",
      "isolation/history",
      "models/answered-by",
      "sse/text",
      "sse/length",
      "health/quick",
    ]),
  );
  // Said once, where many claims are told together.
  expect(new Set(reasons.map(({ reason }) => reason))).toEqual(
    new Set([
      "the engine that is watched got no request with this message: the reply was made without it (a canned answer, a cache, another engine)",
    ]),
  );
  // What is no claim about the engine is judged as ever.
  expect(idsWith(report, "holds")).toEqual(
    expect.arrayContaining([
      "persistence/complete",
      "persistence/user-message",
      "isolation/rows",
      "sse/done",
    ]),
  );
}, 120_000);

/** The same, where the page sends all that was said with each message. */
const TOLD_WIRE = {
  ...ODD_WIRE,
  send: { ...ODD_WIRE.send, body: { text: "{text}", history: "{history}" } },
};

test.each<[OddFault[], string[]]>([
  [[], []],
  [["no-history"], ["isolation/history"]],
])(
  "a back end that is told the whole conversation, and keeps it all the same, is judged by what it keeps: %j",
  async (faults, broken) => {
    const only =
      /^(isolation\/(history|rows|prompts)|model-conversation\/(reload|given-session)|persistence\/(complete|concurrent|cancelled)|cancel\/(saved|deleted))$/;
    const report = await judge(only, faults, { suites: [...SUITES, ...PERSISTENCE], wire: TOLD_WIRE });
    expect(idsWith(report, "broken")).toEqual(broken);
    expect(idsWith(report, "holds")).toHaveLength(10 - broken.length);
    expect(report.left_behind).toEqual([]);
  },
  60_000,
);

test("a deletion that is answered and not done is seen, and what is left by it is told as left", async () => {
  const report = await judge(/persistence\/(?:deleted|row-order)/, ["deletes-nothing"], {
    suites: PERSISTENCE,
  });
  expect(report.results.find(({ id }) => id === "persistence/deleted")?.outcome).toMatchObject({
    verdict: "broken",
    found: "it is still listed, and its rows are still shown",
  });
  expect(report.left_behind.length).toBeGreaterThan(0);
  for (const what of report.left_behind)
    expect(what).toContain(
      "the deletion was answered as done, and it is still listed, and its rows are still shown",
    );
  const healthy = await judge(/persistence\/(?:deleted|row-order)/, [], { suites: PERSISTENCE });
  expect(idsWith(healthy, "holds")).toContain("persistence/deleted");
  expect(healthy.left_behind).toEqual([]);
}, 60_000);

test("white space that is trimmed where a text is saved is told, and is no loss", async () => {
  const saved =
    /\/(complete|cancelled|reader-left|saved-at-done|grows|row-order|concurrent|user-message|saved|rows|reload)$/;
  const report = await judge(saved, ["trims"], { suites: [...SUITES, ...PERSISTENCE] });
  expect(idsWith(report, "broken")).toEqual([]);
  expect(report.results.find(({ id }) => id === "persistence/saved-at-done")?.outcome).toMatchObject({
    verdict: "holds",
    seen: expect.stringContaining("saved with other white space at its ends than was streamed"),
  });
}, 120_000);

test("where every message is refused, nothing is called broken, and the answer's own words are told", async () => {
  const report = await judge(
    /^(cancel\/(saved|twice|before-first-token)|isolation\/rows|model-conversation)/,
    ["refuses"],
  );
  expect(idsWith(report, "broken")).toEqual([]);
  const reasons = report.results.flatMap(({ outcome }) =>
    outcome.verdict === "could-not-run" ? [outcome.reason] : [],
  );
  expect(reasons.length).toBeGreaterThan(6);
  for (const reason of reasons) expect(reason).toMatch(/answered 422: .*we do not like this message/);
});
