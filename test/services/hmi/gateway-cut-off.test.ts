import { expect, onTestFinished, test } from "vitest";
import { createGatewayClient } from "../../../src/services/hmi/gateway-client.ts";
import { type SilentProxy, startSilentHttpProxy } from "../../support/silent-proxy.ts";
import { startTestStack, type TestStack } from "../../support/stack.ts";
import { eventually, shapeOf } from "../../support/streams.ts";

const HEARTBEAT_MS = 50;

/** A stack whose engine is slower than its heartbeats, with a network between HMI and gateway that can be cut. */
async function startParted(): Promise<{ stack: TestStack; network: SilentProxy }> {
  let gateway = "";
  const network = await startSilentHttpProxy(() => gateway);
  onTestFinished(() => network.close());
  const stack = await startTestStack({
    tokenDelayMs: 3 * HEARTBEAT_MS,
    overrides: {
      stream: (settings) => ({ ...settings, heartbeat_ms: HEARTBEAT_MS }),
      gateway: () => createGatewayClient(network.url, "", { heartbeatMs: HEARTBEAT_MS }),
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
