import { describe, expect, test } from "vitest";
import type { EngineApi } from "../../../src/contract/contract-defaults.ts";
import { findGrammarFault } from "../../../src/contract/stream-grammar.ts";
import { createEngineClient } from "../../../src/services/gateway/engine-client.ts";
import type { InProcessStackOptions } from "../../../src/services/in-process-stack.ts";
import { EDGES, startEdgeEngine, WIRES } from "../../support/engine-edges.ts";
import { startFakeEngine, startTestEngine } from "../../support/gateway.ts";
import { startTestStack } from "../../support/stack.ts";
import { eventually } from "../../support/streams.ts";

const LONG = 100_000;

/** A stack whose gateway asks this engine by this call. */
function stackBefore(engineUrl: string, api: EngineApi, options: InProcessStackOptions = {}) {
  return startTestStack({
    ...options,
    engineUrl,
    overrides: { engine: () => createEngineClient(api, { url: engineUrl }) },
  });
}

describe.each(["chat", "generate"] as const)("by /api/%s", (api) => {
  test.each(EDGES)("$name", async (edge) => {
    const { text = "", finish = "stop", error } = edge;
    // Nothing is kept, so that what is read again comes from the store.
    const stream = { keep_finished_ms: 0 };
    const stack = await stackBefore(await startEdgeEngine(api, edge), api, { stream });
    const { sent, reader } = await stack.send({ message: "Hi" });
    await reader.ended;
    expect(findGrammarFault(reader.events)).toBeUndefined();
    expect(reader.text).toBe(text);
    expect(reader.events.at(-1)).toEqual({ type: "done", finish_reason: finish });

    const [question, reply] = await stack.messages(sent.session_id);
    expect(question).toMatchObject({ content: "Hi", status: "complete" });
    expect(reply?.content).toBe(text);
    expect(reply).toMatchObject({
      status: error === undefined ? "complete" : "error",
      finish_reason: finish,
      error: error === undefined ? null : { code: error.code, message: expect.stringContaining(error.says) },
    });
    const again = await stack.stream(sent.session_id);
    await again.ended;
    expect(again.text).toBe(text);
    expect(again.events.at(-1)).toEqual(reader.events.at(-1));

    const next = await stack.send({ message: "Hi again", session_id: sent.session_id });
    await next.reader.ended;
    expect(next.reader.text).toBe("next");
  });

  test("while a model loads or thinks, heartbeats go out, and then the reply", async () => {
    const { final, piece, thought } = WIRES[api];
    const asked = Promise.withResolvers<(lines: string) => void>();
    const engineUrl = await startFakeEngine((_, response) => asked.resolve((lines) => response.write(lines)));
    const stack = await stackBefore(engineUrl, api, { stream: { heartbeat_ms: 10 } });
    const { reader } = await stack.send({ message: "Hi" });
    const say = await asked.promise;
    await eventually(() => expect(reader.heartbeats).toBeGreaterThan(5));
    const before = reader.heartbeats;
    say(thought("Hm."));
    await eventually(() => expect(reader.heartbeats).toBeGreaterThan(before + 5));
    say(piece("a") + final());
    await reader.ended;
    expect(reader.text).toBe("a");
  });

  test("of a hundred thousand tokens none is lost, moved or stored otherwise", {
    timeout: 60_000,
  }, async () => {
    const stack = await stackBefore(await startTestEngine(), api, { stream: { save_every_ms: 50 } });
    const settings = { options: { stand_in_tokens: LONG } };
    const { model_id } = await stack.profile({ name: "Long", settings });
    const { sent, reader } = await stack.send({ message: "Say", model_id });
    await reader.ended;
    const tokens = reader.events.flatMap((event) => (event.type === "token" ? [event.content] : []));
    expect(tokens).toHaveLength(LONG);
    // After its text the stand-in goes on with the number of each token.
    expect(tokens.slice(99).every((token, index) => token === ` ${index + 100}`)).toBe(true);
    const [, reply] = await stack.messages(sent.session_id);
    expect(reply).toMatchObject({ status: "complete", usage: { completion_tokens: LONG } });
    expect(reply?.content).toBe(reader.text);
  });

  test("the history reaches the engine, also as one prompt", async () => {
    const stack = await stackBefore(await startTestEngine(), api);
    const { sent, reader } = await stack.send({ message: "Count to 5" });
    await reader.ended;
    const { reader: second } = await stack.send({ message: "Count to 2", session_id: sent.session_id });
    await second.ended;
    expect([reader.text, second.text]).toEqual(["1, 2, 3, 4, 5", "1, 2"]);
    const asked = (await stack.generations()).map(({ endpoint, messages, prompt }) => ({
      endpoint,
      said: prompt ?? messages?.slice(1).map(({ content }) => content),
    }));
    expect(asked).toEqual(
      api === "chat"
        ? [
            { endpoint: "chat", said: ["Count to 5"] },
            { endpoint: "chat", said: ["Count to 5", "1, 2, 3, 4, 5", "Count to 2"] },
          ]
        : [
            { endpoint: "generate", said: "Count to 5" },
            {
              endpoint: "generate",
              said: "User: Count to 5\n\nAssistant: 1, 2, 3, 4, 5\n\nUser: Count to 2\n\nAssistant:",
            },
          ],
    );
  });
});
