import { expect, test } from "vitest";
import { answeredBy } from "../../../src/checks/models/answered-by.ts";
import { type AskedByModel, rowOfReply } from "../../../src/checks/models/ask-by-model.ts";
import { defaultListed } from "../../../src/checks/models/default-listed.ts";
import { defaultUsed } from "../../../src/checks/models/default-used.ts";
import { displayName } from "../../../src/checks/models/display-name.ts";
import { agents } from "../../../src/checks/models/models-agents.ts";
import { list } from "../../../src/checks/models/models-list.ts";
import { names } from "../../../src/checks/models/models-names.ts";
import { prefix } from "../../../src/checks/models/models-prefix.ts";
import { switched } from "../../../src/checks/models/models-switch.ts";
import { unknown } from "../../../src/checks/models/models-unknown.ts";
import { profileDefault } from "../../../src/checks/models/profile-default.ts";
import { CouldNotRun } from "../../../src/harness/define-check.ts";
import { judge, replyRow, row, session } from "../model-conversation/evidence.ts";
import { stream, whole } from "../sse/evidence.ts";

const INSTALLED = ["llama", "phi"];

function models(ids: readonly string[] = INSTALLED, standard: string | null = "llama") {
  const listed = ids.map((model_id) => ({
    model_id,
    model_name: model_id.toUpperCase(),
    provider: "ollama",
    context_window: null,
    cost_per_1m_input: 0,
    cost_per_1m_output: 0,
    is_default: model_id === standard,
  }));
  return { status: "ok", models: listed, default: standard };
}

const catalogue = { hmi: models(), gateway: models(), installed: INSTALLED };

/** A message for this model, answered by it. */
function asked(model: string | null, changes: Partial<AskedByModel> = {}): AskedByModel {
  return {
    sessionId: "80",
    model,
    ended: "done (stop)",
    error: null,
    atEngine: [model ?? "llama"],
    row: replyRow({ model_name: model }),
    ...changes,
  };
}

const NOT_FOUND = { code: "model_not_found", message: "It has: llama, phi." };
const refused = (model: string, changes: Partial<AskedByModel> = {}): AskedByModel =>
  asked(model, {
    ended: "done (error)",
    error: NOT_FOUND,
    atEngine: [],
    row: replyRow({ status: "error", model_name: model }),
    ...changes,
  });

test.each([
  ["holds", "the engine's", catalogue],
  ["broken", "one less", { ...catalogue, hmi: models(["llama"]) }],
  ["broken", "one that the engine lacks", { ...catalogue, gateway: models([...INSTALLED, "gpt"]) }],
])("list: %s with %s", (verdict, _, evidence) => {
  expect(judge(list, evidence)).toMatchObject({ verdict });
});

test.each([
  ["holds", "one that is marked", catalogue],
  ["broken", "a display name", { ...catalogue, hmi: { ...models(), default: "LLAMA" } }],
  ["broken", "no mark", { ...catalogue, hmi: { ...models(INSTALLED, null), default: "llama" } }],
  ["broken", "none", { ...catalogue, gateway: models(INSTALLED, null) }],
])("default-listed: %s with %s", (verdict, _, evidence) => {
  expect(judge(defaultListed, evidence)).toMatchObject({ verdict });
});

test.each([
  ["holds", "the default", asked(null)],
  ["broken", "another", asked(null, { atEngine: ["phi"] })],
  ["broken", "none", refused("x", { model: null })],
])("default-used: %s where the engine is asked for %s", (verdict, _, seen) => {
  const evidence = { standard: "llama", installed: INSTALLED, asked: seen };
  expect(judge(defaultUsed, evidence)).toMatchObject({ verdict });
});

test("default-used leaves a default that the engine lacks to the claim about the list", () => {
  const evidence = { standard: "LLAMA", installed: INSTALLED, asked: asked(null) };
  expect(judge(defaultUsed, evidence)).toMatchObject({ verdict: "holds" });
});

test.each([
  ["holds", "unchanged", asked("phi")],
  ["broken", "another at the engine", asked("phi", { atEngine: ["llama"] })],
  ["broken", "another in the row", asked("phi", { row: replyRow({ model_name: "llama" }) })],
])("names: %s where the name is %s", (verdict, _, seen) => {
  expect(judge(names, [asked("llama"), seen])).toMatchObject({ verdict });
});

const NOT_ASKED = "the engine that is watched got no request with this message";

test("names, switch and answered-by: a reply that the engine was not asked for is none of theirs, but for its row", () => {
  const unasked = asked("phi", { atEngine: [] });
  const elsewhere = { ...unasked, row: replyRow({ model_name: "llama" }) };
  for (const evidence of [unasked, elsewhere]) {
    expect(() => judge(answeredBy, [evidence])).toThrow(NOT_ASKED);
  }
  expect(() => judge(names, [asked("llama"), unasked])).toThrow(NOT_ASKED);
  expect(() => judge(switched, { installed: INSTALLED, asked: [asked("llama"), unasked] })).toThrow(
    NOT_ASKED,
  );
  expect(judge(names, [elsewhere])).toMatchObject({ verdict: "broken" });
  expect(judge(switched, { installed: INSTALLED, asked: [elsewhere] })).toMatchObject({ verdict: "broken" });
  // One of several that went astray is seen all the same.
  expect(judge(names, [unasked, asked("phi", { atEngine: ["llama"] })])).toMatchObject({ verdict: "broken" });
});

test.each([
  ["holds", "its own", [asked("llama"), asked("phi")]],
  ["holds", "a refusal, of an engine with one model", [asked("llama"), refused("other")]],
  ["broken", "the first one", [asked("llama"), asked("phi", { atEngine: ["llama"] })]],
])("switch: %s where each message gets %s", (verdict, _, seen) => {
  expect(judge(switched, { installed: INSTALLED, asked: seen })).toMatchObject({ verdict });
});

test.each([
  ["holds", asked(null, { atEngine: ["phi"] })],
  ["broken", asked(null)],
  ["broken", refused("x", { error: { code: "internal_error", message: "No." } })],
])("profile-default: %s", (verdict, seen) => {
  expect(judge(profileDefault, { wanted: "phi", asked: [seen] })).toMatchObject({ verdict });
});

test.each([
  ["holds", asked("ollama/llama", { atEngine: ["llama"] })],
  ["broken", asked("ollama/llama")],
  ["broken", refused("ollama/llama")],
])("prefix: %s", (verdict, seen) => {
  expect(judge(prefix, { plain: "llama", asked: seen })).toMatchObject({ verdict });
});

test.each([
  ["holds", "as it must be", refused("gpt")],
  ["broken", "without the list", refused("gpt", { error: { ...NOT_FOUND, message: "404" } })],
  ["broken", "saved as complete", refused("gpt", { row: replyRow() })],
  ["broken", "a reply", asked("gpt")],
])("unknown: %s where it is %s", (verdict, _, seen) => {
  expect(judge(unknown, { installed: INSTALLED, asked: seen })).toMatchObject({ verdict });
});

test.each([
  ["holds", refused("LLAMA")],
  ["broken", asked("LLAMA", { atEngine: ["llama"] })],
])("display-name: %s", (verdict, seen) => {
  expect(judge(displayName, { ...catalogue, asked: seen })).toMatchObject({ verdict });
});

const call = (status: number, body: unknown) => ({ request: "POST /x", status, headers: {}, body });
const agent = (agent_id: string, parent_role: string | null = null) => ({ agent_id, parent_role });
const NOBODY = call(404, { error: { code: "agent_not_found", message: "No." } });
const staff = {
  list: { status: "ok", agents: [agent("boss"), agent("dev", "boss")], default: "boss" },
  begun: ["boss", "dev"].map((each) => ({
    agent: each,
    call: call(200, { status: "ok", session: session({ agent_id: each }) }),
  })),
  refused: [NOBODY, NOBODY],
};

test.each([
  ["holds", "as it must be", staff],
  ["broken", "without the default", { ...staff, list: { ...staff.list, default: "chief" } }],
  ["broken", "without a parent", { ...staff, list: { ...staff.list, agents: [agent("boss", "chief")] } }],
  ["broken", "with one that is refused", { ...staff, begun: [{ agent: "dev", call: NOBODY }] }],
  ["broken", "and another one is taken", { ...staff, refused: [call(200, {})] }],
])("agents: %s where the list is %s", (verdict, _, evidence) => {
  expect(judge(agents, evidence)).toMatchObject({ verdict });
});

test.each([
  [names, []],
  [switched, { installed: INSTALLED, asked: [] }],
  [profileDefault, { wanted: "phi", asked: [] }],
  [agents, { ...staff, begun: [] }],
])("no verdict where nothing was seen", (check, evidence) => {
  expect(() => judge(check, evidence)).toThrow(CouldNotRun);
});

test("a reply's row is found by its text, also where the newest row is shown first", () => {
  const [older, newer] = [replyRow({ content: "One" }), replyRow({ content: "Two " })];
  expect(rowOfReply([newer, row(), older, row()], stream(whole("Two")))).toBe(newer);
  expect(rowOfReply([row(), older, row(), newer], stream(whole("Three")))).toBe(newer);
  expect(rowOfReply([row()], stream())).toBeNull();
});
