import { describe, expect, test } from "vitest";
import { findGrammarFault } from "../../../src/contract/stream-grammar.ts";
import { EDGES, startEdgeEngine, WIRES } from "../../support/engine-edges.ts";
import { startFakeEngine, startTestGateway } from "../../support/gateway.ts";
import { eventually, shapeOf } from "../../support/streams.ts";

describe.each(["chat", "generate"] as const)("by /api/%s", (engineApi) => {
  test.each(EDGES)("$name", async (edge) => {
    const { text = "", thoughts = "", finish = "stop", error } = edge;
    const gateway = await startTestGateway({ engineUrl: await startEdgeEngine(engineApi, edge), engineApi });
    const reader = await gateway.chat();
    await reader.ended;
    expect(findGrammarFault(reader.events)).toBeUndefined();
    expect([reader.thoughts, reader.text]).toEqual([thoughts, text]);
    const written = `${thoughts === "" ? "" : "thinking thought "}${text === "" ? "" : "token "}`;
    const hasBegun = written !== "" || error?.code === "empty_reply";
    const failed = hasBegun ? "error error usage" : "error error";
    const ending = error === undefined ? "complete usage" : failed;
    expect(shapeOf(reader.events)).toBe(`started planning executing ${written}${ending} done(${finish})`);
    if (error !== undefined) {
      const message = expect.stringContaining(error.says);
      expect(reader.events).toContainEqual(expect.objectContaining({ code: error.code, message }));
    }
    const next = await gateway.chat({ message_id: "2" });
    await next.ended;
    expect(next.text).toBe("next");
  });

  test("while a model loads or thinks, heartbeats go out, and then the reply", async () => {
    const { final, piece, thought } = WIRES[engineApi];
    const asked = Promise.withResolvers<(lines: string) => void>();
    const engineUrl = await startFakeEngine((_, response) => asked.resolve((lines) => response.write(lines)));
    const gateway = await startTestGateway({ engineUrl, engineApi, stream: { heartbeat_ms: 10 } });
    const reader = await gateway.chat();
    const say = await asked.promise;
    await eventually(() => expect(reader.heartbeats).toBeGreaterThan(5));
    await eventually(() => expect(shapeOf(reader.events)).toBe("started planning executing"));
    const before = reader.heartbeats;
    say(thought("Hm."));
    await eventually(() => expect(reader.heartbeats).toBeGreaterThan(before + 5));
    say(piece("a") + final());
    await reader.ended;
    expect([reader.thoughts, reader.text]).toEqual(["Hm.", "a"]);
  });
});
