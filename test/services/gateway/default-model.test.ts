import { json } from "node:stream/consumers";
import { expect, test } from "vitest";
import { engineLine, FINAL_LINE, startFakeEngine, startTestGateway } from "../../support/gateway.ts";
import { eventually, shapeOf } from "../../support/streams.ts";

const models = (...names: string[]) => ({ models: names.map((name) => ({ name, model: name })) });

test.each([
  ["the configured one, if the engine has it", "B:1", "b:1"],
  ["the configured one without its tag", "a", "a:latest"],
  ["the engine's first, if it does not", "other", "a:latest"],
])("the default model is %s", async (_, defaultModel, expected) => {
  let asked = "";
  const engineUrl = await startFakeEngine(
    (request, response) => {
      request.on("data", (bytes) => {
        asked += bytes;
      });
      request.on("end", () => response.end(FINAL_LINE));
    },
    models("a:latest", "b:1"),
  );
  const gateway = await startTestGateway({ engineUrl, defaultModel });
  await (await gateway.chat()).ended;
  expect(JSON.parse(asked)).toMatchObject({ model: expected, stream: true });
});

/** A gateway whose default model is `b:1`, before an engine that has what `has` says at the time. */
async function startWithDefault(has: string[], { lists = () => has } = {}) {
  const asked: string[] = [];
  const engineUrl = await startFakeEngine(
    async (request, response) => {
      const { model } = (await json(request)) as { model: string };
      asked.push(model);
      if (has.includes(model)) response.end(engineLine("a") + FINAL_LINE);
      else response.writeHead(404).end(JSON.stringify({ error: `model "${model}" not found` }));
    },
    { toJSON: () => models(...lists()) },
  );
  const gateway = await startTestGateway({ engineUrl, defaultModel: "b:1" });
  let sent = 0;
  /** Sends a message; returns the shape of its stream, the models that the engine was asked for, and the one told. */
  const say = async () => {
    sent += 1;
    asked.length = 0;
    const reader = await gateway.chat({ message_id: String(sent) });
    await reader.ended;
    const told = reader.events.find((event) => "status" in event && event.status === "executing");
    return {
      shape: shapeOf(reader.events),
      asked: [...asked],
      told: told && "detail" in told && told.detail,
    };
  };
  return say;
}

const WHOLE = "started planning executing token complete usage done(stop)";

test("a default model that is removed gives way at once, and is the default again once it is pulled", async () => {
  const has = ["a:latest", "b:1"];
  const say = await startWithDefault(has);
  expect(await say()).toEqual({ shape: WHOLE, asked: ["b:1"], told: "b:1" });
  has.pop();
  expect(await say()).toEqual({ shape: WHOLE, asked: ["b:1", "a:latest"], told: "a:latest" });
  expect(await say()).toEqual({ shape: WHOLE, asked: ["a:latest"], told: "a:latest" });
  has.push("b:1");
  expect(await say()).toEqual({ shape: WHOLE, asked: ["b:1"], told: "b:1" });
});

test("while the engine has the default model it is not asked for its list again", async () => {
  let listed = 0;
  const has = ["a:latest", "b:1"];
  const say = await startWithDefault(has, {
    lists: () => {
      listed += 1;
      return has;
    },
  });
  await say();
  await say();
  expect(listed).toBe(1);
});

test("nor is it after a cancel, which says nothing about the model", async () => {
  let listed = 0;
  const engineUrl = await startFakeEngine((_, response) => response.flushHeaders(), {
    toJSON: () => {
      listed += 1;
      return models("b:1");
    },
  });
  const gateway = await startTestGateway({ engineUrl, defaultModel: "b:1" });
  for (const message_id of ["1", "2"]) {
    const reader = await gateway.chat({ message_id });
    await eventually(() => expect(shapeOf(reader.events)).toBe("started planning executing"));
    await gateway.cancel();
    await reader.ended;
  }
  expect(listed).toBe(1);
});

test("a default model that the engine lists and does not have is asked once", async () => {
  const say = await startWithDefault([], { lists: () => ["b:1"] });
  expect(await say()).toMatchObject({
    shape: "started planning executing error error done(error)",
    asked: ["b:1"],
  });
});
