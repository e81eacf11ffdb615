import { expect, test } from "vitest";
import { EngineFinal, EngineTags } from "../../../src/contract/engine-schemas.ts";
import { call, chatBody, lines, onlyRecord, post, startTestEngine } from "./client.ts";

const THINKER = "qwen3:8b";
const asked = (fields: object = {}): object => chatBody({ model: THINKER, ...fields });

interface Piece {
  readonly message: { readonly content: string; readonly thinking?: string };
}
const pieces = (stream: string): Piece["message"][] =>
  (lines(stream) as unknown as Piece[]).map(({ message }) => message);

test("a model that can think is told as such, in the list and by itself", async () => {
  const engine = await startTestEngine();
  const { models } = EngineTags.parse(JSON.parse((await call(engine, "GET", "/api/tags")).text));
  expect(models.map(({ name }) => name)).toContain(THINKER);
  const shown = JSON.parse((await post(engine, "/api/show", { model: THINKER })).text);
  expect(shown.capabilities).toEqual(["completion", "tools", "thinking"]);
});

test.each([{}, { think: true }, { think: "high" }, { think: null }])(
  "with %j it thinks first, and then answers",
  async (fields) => {
    const { text } = await post(await startTestEngine(), "/api/chat", asked(fields));
    const said = pieces(text);
    const firstOfReply = said.findIndex(({ thinking }) => thinking === undefined);
    expect(firstOfReply).toBeGreaterThan(3);
    expect(said.slice(0, firstOfReply).every(({ content }) => content === "")).toBe(true);
    expect(said.slice(firstOfReply).every(({ thinking }) => thinking === undefined)).toBe(true);
    expect(said.map(({ content }) => content).join("")).toBe("1, 2, 3, 4, 5");
    expect(said.map(({ thinking = "" }) => thinking).join("")).toContain('They wrote "Count to 5".');
  },
);

test("the level that was asked for is in its thoughts", async () => {
  const { text } = await post(await startTestEngine(), "/api/chat", asked({ think: "max", stream: false }));
  expect(JSON.parse(text).message.thinking).toContain("with effort max");
});

test("told not to, it does not think", async () => {
  const engine = await startTestEngine();
  const { text } = await post(engine, "/api/chat", asked({ think: false, stream: false }));
  expect(JSON.parse(text).message).toEqual({ role: "assistant", content: "1, 2, 3, 4, 5" });
  expect(await onlyRecord(engine)).toMatchObject({ think: false });
});

test("what is not streamed has its thoughts after its text", async () => {
  const body = asked({ stream: false, options: { stand_in_thought: "Hm.", stand_in_reply: "Yes." } });
  const { text } = await post(await startTestEngine(), "/api/chat", body);
  expect(text).toContain('"message":{"role":"assistant","content":"Yes.","thinking":"Hm."}');
});

test("generate thinks too", async () => {
  const body = { model: THINKER, prompt: "Count to 3", stream: false, options: { stand_in_thought: "Hm." } };
  const { text } = await post(await startTestEngine(), "/api/generate", body);
  expect(JSON.parse(text)).toMatchObject({ response: "1, 2, 3", thinking: "Hm." });
});

test("thoughts count: they can use up num_predict, and nothing is said", async () => {
  const options = { stand_in_thought_tokens: 150, num_predict: 20 };
  const { text } = await post(await startTestEngine(), "/api/chat", asked({ options }));
  expect(pieces(text).every(({ content }) => content === "")).toBe(true);
  expect(EngineFinal.parse(lines(text).at(-1))).toMatchObject({ done_reason: "length", eval_count: 20 });
});

test("thoughts have a length of their own", async () => {
  const options = { stand_in_thought_tokens: 30, stand_in_tokens: 10 };
  const { text } = await post(await startTestEngine(), "/api/chat", asked({ options }));
  expect(pieces(text).filter(({ thinking }) => thinking !== undefined)).toHaveLength(30);
  expect(lines(text).at(-1)).toMatchObject({ done_reason: "stop", eval_count: 40 });
});

test("a model that cannot think has no thoughts to be withInjectedFailures", async () => {
  const options = { stand_in_thought: "Hm.", stand_in_thought_tokens: 9 };
  const { text } = await post(await startTestEngine(), "/api/chat", chatBody({ options }));
  expect(pieces(text).some(({ thinking }) => thinking !== undefined)).toBe(false);
});
