import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { expect, test } from "vitest";
import { lostConnectionWords } from "../../src/harness/lost-connection.ts";

test("a service that is gone, or that ends in the middle of an answer, is told as such", async () => {
  const server = createServer((socket) => socket.once("data", () => socket.resetAndDestroy()));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const failure = () => fetch(url).then(() => undefined, lostConnectionWords);
  expect(await failure()).toContain("closed before the answer was whole");
  server.close();
  await once(server, "close");
  expect(await failure()).toMatch(/^nothing listens there now: .*connect ECONNREFUSED 127\.0\.0\.1/);
  expect(lostConnectionWords(new Error("boom"))).toBeUndefined();
});
