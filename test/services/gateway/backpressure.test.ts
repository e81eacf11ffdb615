import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { gatewayRoutes } from "../../../src/contract/routes.ts";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { usedHeap } from "../../support/heap.ts";
import { open } from "../../support/http.ts";
import { eventually, readStream } from "../../support/streams.ts";

/** Far more than the sockets between engine and client can hold: about 35 MB on either side of the gateway. */
const TOKENS = 400_000;

test("a client that does not read slows the engine, and gets the whole reply when it reads on", async () => {
  const gateway = await startTestGateway();
  const body = {
    session_id: "80",
    message_id: "1",
    agent_id: "architect",
    content: "Hi",
    options: { stand_in_tokens: TOKENS },
  };
  const response = await open(gateway.url, gatewayRoutes.chat.path(), { body });
  const stalledAt = await stalled(gateway);
  const heap = usedHeap();
  expect(stalledAt).toBeLessThan(TOKENS);
  await turns(200);
  expect((await gateway.generation())?.tokens_sent).toBe(stalledAt);
  expect(usedHeap() - heap).toBeLessThan(2_000_000);

  const reader = readStream(response);
  await reader.ended;
  expect(reader.events.at(-1)).toEqual({ type: "done", finish_reason: "stop" });
  expect(reader.events.filter((event) => event.type === "token")).toHaveLength(TOKENS);
});

/** The engine's count of tokens once it has stopped to grow. */
async function stalled(gateway: TestGateway): Promise<number> {
  let before = -1;
  await eventually(async () => {
    const now = (await gateway.generation())?.tokens_sent ?? 0;
    const isStill = now > 0 && now === before;
    before = now;
    await turns(50);
    expect(isStill).toBe(true);
  });
  return before;
}

/** Engine, gateway and client are all of this process: on a busy machine time goes by in which none of them could do a thing. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await setTimeout(1);
}
