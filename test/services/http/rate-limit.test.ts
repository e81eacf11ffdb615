import { expect, onTestFinished, test } from "vitest";
import { ErrorBody } from "../../../src/contract/common-schemas.ts";
import { hmiRoutes } from "../../../src/contract/routes.ts";
import { endpoint } from "../../../src/services/http/define-endpoint.ts";
import { createServer, listen } from "../../../src/services/http/http-server.ts";
import { limitMessages } from "../../../src/services/http/rate-limit.ts";
import { call } from "../../support/http.ts";
import { startTestStack } from "../../support/stack.ts";
import { wholeStream } from "../../support/streams.ts";

/** A server with the calls that send, and one that does not. */
async function startLimited(
  perMinute: number,
): Promise<{ url: string; sentAt: (path: string) => Promise<number> }> {
  const app = createServer({ host: "127.0.0.1" });
  await limitMessages(app, perMinute);
  const { sendMessage, generalStream, regenerate, models } = hmiRoutes;
  for (const route of [sendMessage, generalStream, regenerate, models]) endpoint(app, route, {}, () => ({}));
  const port = await listen(app, "127.0.0.1", 0);
  onTestFinished(() => app.close());
  const url = `http://127.0.0.1:${port}`;
  const methodOf = (path: string) =>
    path === generalStream.path() || path === models.path() ? "GET" : "POST";
  return { url, sentAt: async (path) => (await call(url, path, { method: methodOf(path) })).status };
}

const MESSAGE = hmiRoutes.sendMessage.path();
const GENERAL = hmiRoutes.generalStream.path();
const REGENERATE = hmiRoutes.regenerate.path({ session_id: "1" });

test("one message too many is refused, with when to come back and which setting it was", async () => {
  const { url, sentAt } = await startLimited(2);
  expect([await sentAt(MESSAGE), await sentAt(MESSAGE)]).toEqual([200, 200]);
  const { status, headers, json } = await call(url, MESSAGE, { method: "POST" });
  expect(status).toBe(429);
  expect(Number(headers["retry-after"])).toBeGreaterThan(0);
  expect(Number(headers["retry-after"])).toBeLessThanOrEqual(60);
  const { error } = ErrorBody.parse(json);
  expect(error).toMatchObject({
    code: "rate_limited",
    message: expect.stringContaining("2 messages in a minute"),
  });
  expect(error.hint).toContain("http.messages_per_minute");
});

test("all calls that send count together, and no other counts", async () => {
  const { sentAt } = await startLimited(3);
  expect([await sentAt(MESSAGE), await sentAt(GENERAL), await sentAt(REGENERATE)]).toEqual([200, 200, 200]);
  expect([await sentAt(MESSAGE), await sentAt(GENERAL), await sentAt(REGENERATE)]).toEqual([429, 429, 429]);
  expect(await sentAt(hmiRoutes.models.path())).toBe(200);
});

test("coming back for a reply is no message, but a POST that says so is one", async () => {
  const { url } = await startLimited(1);
  const headers = { "last-event-id": "1:3" };
  for (let time = 1; time <= 3; time += 1) expect((await call(url, GENERAL, { headers })).status).toBe(200);
  expect((await call(url, MESSAGE, { method: "POST", headers })).status).toBe(200);
  expect((await call(url, MESSAGE, { method: "POST", headers })).status).toBe(429);
  expect((await call(url, GENERAL, { headers: { "last-event-id": "" } })).status).toBe(429);
});

test("a call that is refused for its origin or its token costs nothing", async () => {
  const stack = await startTestStack({ auth: { token: "secret" }, http: { messages_per_minute: 1 } });
  const headers = { authorization: "Bearer secret" };
  const body = { message: "Hi" };
  expect((await call(stack.hmi, MESSAGE, { body })).status).toBe(401);
  const foreign = { ...headers, origin: "http://evil.example" };
  expect((await call(stack.hmi, MESSAGE, { body, headers: foreign })).status).toBe(403);
  expect((await call(stack.hmi, MESSAGE, { body, headers })).status).toBe(200);
  expect((await call(stack.hmi, MESSAGE, { body, headers })).status).toBe(429);
});

test("the HMI limits by its setting, and a stream that is cut may come back", async () => {
  const stack = await startTestStack({ http: { messages_per_minute: 1 } });
  const path = hmiRoutes.generalStream.path(undefined, { message: "Count to 3" });
  const first = await wholeStream(stack.hmi, path);
  expect((await call(stack.hmi, path)).status).toBe(429);
  const headers = { "last-event-id": first.ids[2] ?? "" };
  expect((await wholeStream(stack.hmi, path, { headers })).events).toEqual(first.events.slice(3));
});

test("where people have names each is counted, from whichever address", async () => {
  const auth = { token: "secret", users: { ann: "of-ann", bob: "of-bob" } };
  const { hmi } = await startTestStack({ auth, http: { messages_per_minute: 1 } });
  const send = (token: string) =>
    call(hmi, MESSAGE, { body: { message: "Hi" }, headers: { authorization: `Bearer ${token}` } });
  expect([(await send("of-ann")).status, (await send("of-bob")).status]).toEqual([200, 200]);
  const { status, json } = await send("of-ann");
  expect(status).toBe(429);
  expect(ErrorBody.parse(json).error.message).toBe("More than 1 messages in a minute came from ann.");
});

test("people whom a proxy names are counted one by one, though all have its address", async () => {
  const auth = { token: "secret", user_header: "X-Forwarded-User", trusted_proxies: ["127.0.0.1"] };
  const { hmi } = await startTestStack({ auth, http: { messages_per_minute: 1 } });
  const send = async (name: string) =>
    (await call(hmi, MESSAGE, { body: { message: "Hi" }, headers: { "x-forwarded-user": name } })).status;
  expect([await send("ann"), await send("bob"), await send("ann")]).toEqual([200, 200, 429]);
});

test("without a limit nobody is counted", async () => {
  const { sentAt } = await startLimited(0);
  for (let time = 1; time <= 20; time += 1) expect(await sentAt(MESSAGE)).toBe(200);
});
