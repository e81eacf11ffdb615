import { expect, test } from "vitest";
import { generationsOf, startTestEngine, startTestGateway } from "../../support/gateway.ts";
import { eventually } from "../../support/streams.ts";

test("a gateway that is stopped in mid-reply tells its readers no ending, and the engine stops", async () => {
  const engineUrl = await startTestEngine({ tokenDelayMs: 5 });
  const gateway = await startTestGateway({ engineUrl });
  const reader = await gateway.chat({ content: "Count to 1000" });
  await eventually(() => expect(reader.text).not.toBe(""));
  const cut = expect(reader.ended).rejects.toThrow();
  await gateway.close();
  await cut;
  expect(reader.events.filter(({ type }) => type !== "token")).toMatchObject([
    { type: "started" },
    { status: "planning" },
    { status: "executing" },
  ]);
  await eventually(async () => expect(await generationsOf(engineUrl)).toMatchObject([{ ended: "aborted" }]));
});

test("a stop while the engine is silent ends its work too", async () => {
  const engineUrl = await startTestEngine({ tokenDelayMs: 600_000 });
  const gateway = await startTestGateway({ engineUrl });
  const reader = await gateway.chat();
  await eventually(async () => expect(await generationsOf(engineUrl)).toHaveLength(1));
  const cut = expect(reader.ended).rejects.toThrow();
  await gateway.close();
  await cut;
  await eventually(async () => expect(await generationsOf(engineUrl)).toMatchObject([{ ended: "aborted" }]));
});
