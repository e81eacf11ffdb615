import { expect, onTestFinished, test } from "vitest";
import { createGatewayClient } from "../../../src/services/hmi/gateway-client.ts";
import { type SilentProxy, startSilentHttpProxy } from "../../support/silent-proxy.ts";
import { startTestStack, type TestStack } from "../../support/stack.ts";
import { eventually, shapeOf } from "../../support/streams.ts";

const HEARTBEAT_MS = 50;

/** Longer than a busy machine takes to answer. */
const ANSWER_MS = 2_000;

/** A stack whose engine is slower than its heartbeats, with a network between HMI and gateway that can be cut. */
async function startParted(): Promise<{ stack: TestStack; network: SilentProxy }> {
  let gateway = "";
  const network = await startSilentHttpProxy(() => gateway);
  onTestFinished(() => network.close());
  const stack = await startTestStack({
    tokenDelayMs: 3 * HEARTBEAT_MS,
    overrides: {
      stream: (settings) => ({ ...settings, heartbeat_ms: HEARTBEAT_MS }),
      gateway: () => createGatewayClient(network.url, "", { heartbeatMs: HEARTBEAT_MS, answerMs: ANSWER_MS }),
    },
  });
  gateway = stack.gateway;
  return { stack, network };
}

test("a reply whose gateway says nothing more is read on over another connection, each word of it once", async () => {
  const { stack, network } = await startParted();
  const { sent, reader } = await stack.send({ message: "Count to 8" });
  await eventually(() => expect(reader.text).toContain("2"));
  network.cut();
  await reader.ended;
  expect(shapeOf(reader.events)).toBe("started planning executing token complete usage done(stop)");
  expect(reader.text).toBe("1, 2, 3, 4, 5, 6, 7, 8");
  expect((await stack.messages(sent.session_id)).at(-1)).toMatchObject({
    content: reader.text,
    status: "complete",
  });
  expect(await stack.generations()).toHaveLength(1);
});

test("a reply whose gateway is cut off for good ends as an error, with the text that came", async () => {
  const { stack, network } = await startParted();
  const { sent, reader } = await stack.send({ message: "Count to 1000" });
  await eventually(() => expect(reader.text).toContain("2"));
  network.refuse();
  network.cut();
  await reader.ended;
  expect(shapeOf(reader.events)).toBe("started planning executing token error error usage done(error)");
  expect((await stack.messages(sent.session_id)).at(-1)).toMatchObject({
    content: reader.text,
    status: "error",
    error: { code: "gateway_unavailable", message: expect.stringContaining("has said nothing for") },
  });
});

/** A stack whose gateway is known to send heartbeats: one reply has come with them. */
async function startKnown(): Promise<{ stack: TestStack; network: SilentProxy; sessionId: string }> {
  const { stack, network } = await startParted();
  const { sent, reader } = await stack.send({ message: "Count to 2" });
  await reader.ended;
  return { stack, network, sessionId: sent.session_id };
}

test("a reply that is asked for over a connection which leads nowhere any more is asked for over another one", async () => {
  const { stack, network, sessionId } = await startKnown();
  network.cut();
  const { reader } = await stack.send({ message: "Count to 3", session_id: sessionId });
  await reader.ended;
  expect(reader.text).toBe("1, 2, 3");
  expect(network.triedInVain).toBe(1);
});

test("a reply whose gateway takes the question and does not begin to answer ends as an error that says so", async () => {
  const { stack, network, sessionId } = await startKnown();
  network.muteNewOnes();
  network.cut();
  const { reader } = await stack.send({ message: "Count to 3", session_id: sessionId });
  await reader.ended;
  expect(reader.events.at(-2)).toMatchObject({ type: "error", code: "gateway_unavailable" });
  expect((await stack.messages(sessionId)).at(-1)).toMatchObject({
    content: "",
    status: "error",
    error: {
      code: "gateway_unavailable",
      message: "The gateway was asked for the reply 2 times, and has not begun to answer in 2 s.",
    },
  });
});
