import { text } from "node:stream/consumers";
import pino from "pino";
import { expect, test } from "vitest";
import { bearerHeader } from "../../src/contract/caller-headers.ts";
import { ErrorBody } from "../../src/contract/common-schemas.ts";
import { assetRoute, gatewayRoutes, hmiRoutes, pageRoutes } from "../../src/contract/routes.ts";
import type { ConversationStore } from "../../src/services/conversations/conversation-store.ts";
import { createGatewayClient } from "../../src/services/hmi/gateway-client.ts";
import { ENDPOINTS, pathOf } from "../support/endpoints.ts";
import { engineLine, FINAL_LINE, startFakeEngine } from "../support/gateway.ts";
import { call, open } from "../support/http.ts";
import { startTestStack, type TestStack } from "../support/stack.ts";
import { wholeStream } from "../support/streams.ts";

const TOKEN = "s3cret-of-the-house";
const WITH_TOKEN = { headers: bearerHeader(TOKEN) };

const startGuarded = (): Promise<TestStack> => startTestStack({ auth: { token: TOKEN } });

const closed = ENDPOINTS.filter(({ route }) => route.pattern !== hmiRoutes.live.pattern);

test("every call but the one for liveness asks for the token", async () => {
  const stack = await startGuarded();
  for (const { service, route } of closed) {
    const { status, headers, json } = await call(stack[service], pathOf(route), { method: route.method });
    const seen = [service, route.pattern, status, json.error?.code, headers["www-authenticate"]];
    expect(seen).toEqual([service, route.pattern, 401, "unauthorized", "Bearer"]);
  }
});

test("what is nowhere asks for it too, so that nobody learns what there is", async () => {
  const { gateway, hmi } = await startGuarded();
  expect((await call(hmi, "/nothing")).status).toBe(401);
  expect((await call(hmi, hmiRoutes.models.path(), { method: "PUT" })).status).toBe(401);
  expect((await call(gateway, pageRoutes.llm.path())).status).toBe(401);
});

test("whether the services live can be asked by everybody", async () => {
  const { gateway, hmi } = await startGuarded();
  expect((await call(gateway, gatewayRoutes.live.path())).status).toBe(200);
  expect((await call(hmi, hmiRoutes.live.path())).status).toBe(200);
});

test("the pages and their files are open, and tell nothing of what exists", async () => {
  const stack = await startGuarded();
  const made = await call(stack.hmi, hmiRoutes.newSession.path(), { ...WITH_TOKEN, body: {} });
  const there = await call(stack.hmi, pageRoutes.conversation.path(made.json.session));
  const nowhere = await call(stack.hmi, pageRoutes.conversation.path({ session_id: "999" }));
  expect([there.status, nowhere.status, nowhere.body]).toEqual([200, 200, there.body]);
  const [, asset = ""] = /"(\/assets\/[^"]+)"/.exec(there.body) ?? [];
  expect((await call(stack.hmi, asset)).status).toBe(200);
  expect((await call(stack.hmi, assetRoute.path({ name: "nothing.js" }))).status).toBe(404);
});

test.each([
  ["none", {}],
  ["another", bearerHeader("s3cret-of-the-garden")],
  ["its beginning", bearerHeader(TOKEN.slice(0, -1))],
  ["more than it", bearerHeader(`${TOKEN}!`)],
  ["another scheme", { authorization: `Basic ${TOKEN}` }],
  ["no scheme", { authorization: TOKEN }],
  ["none after the scheme", { authorization: "Bearer " }],
])("a call that shows %s is refused, and says what to do", async (_, headers) => {
  const { hmi } = await startGuarded();
  const { status, json, body } = await call(hmi, hmiRoutes.models.path(), { headers });
  expect(status).toBe(401);
  expect(ErrorBody.parse(json).error).toMatchObject({ message: /token/, hint: /auth\.token/ });
  expect(body).not.toContain(TOKEN);
});

test.each(["Bearer", "bearer", "BEARER"])("%s with the token is let in", async (scheme) => {
  const { hmi } = await startGuarded();
  const headers = { authorization: `${scheme} ${TOKEN}` };
  expect((await call(hmi, hmiRoutes.models.path(), { headers })).status).toBe(200);
});

test("the streams that an EventSource opens take it in their query, and nothing else does", async () => {
  const { gateway, hmi } = await startGuarded();
  const sent = await wholeStream(
    hmi,
    hmiRoutes.generalStream.path(undefined, { message: "Hi", token: TOKEN }),
  );
  const created = sent.events[0];
  if (created?.type !== "started") throw new Error("no conversation was made");
  const { session_id } = created;
  await wholeStream(hmi, hmiRoutes.stream.path({ session_id }, { token: TOKEN }));
  await wholeStream(gateway, gatewayRoutes.resume.path({ session_id }, { token: TOKEN }));
  const events = await open(hmi, hmiRoutes.events.path(undefined, { token: TOKEN }));
  expect(events.statusCode).toBe(200);
  events.destroy();
  for (const path of [hmiRoutes.models.path(undefined, { token: TOKEN }), `/nothing?token=${TOKEN}`]) {
    expect((await call(hmi, path)).status).toBe(401);
  }
});

test.each(["token=wrong", `token=${TOKEN}&token=${TOKEN}`, `token[]=${TOKEN}`, `Token=${TOKEN}`, "token="])(
  "a stream with ?%s is refused",
  async (query) => {
    const { hmi } = await startGuarded();
    expect((await call(hmi, `${hmiRoutes.generalStream.path()}?message=Hi&${query}`)).status).toBe(401);
  },
);

test("the engine is not shown the token, nor told it", async () => {
  let heard = "";
  const engineUrl = await startFakeEngine(async (request, response) => {
    heard = JSON.stringify(request.headers) + request.url + (await text(request));
    response.end(engineLine("Hi") + FINAL_LINE);
  });
  const { hmi } = await startTestStack({ auth: { token: TOKEN }, engineUrl });
  await wholeStream(hmi, hmiRoutes.generalStream.path(undefined, { message: "Hello", token: TOKEN }));
  expect(heard).toContain("Hello");
  expect(heard).not.toContain(TOKEN);
});

test("where the gateway asks for another token than the HMI has, the user is told so, not asked for one", async () => {
  const guarded = await startGuarded();
  const overrides = { gateway: () => createGatewayClient(guarded.gateway, "another") };
  const { hmi } = await startTestStack({ overrides });
  const { status, json } = await call(hmi, hmiRoutes.models.path());
  expect([status, json.error.code]).toEqual([502, "gateway_error"]);
  expect(json.error.hint).toContain("auth.token");
});

test("no log holds the token, whatever the call did with it", async () => {
  const log: string[] = [];
  const logger = pino({ level: "trace" }, { write: (line: string) => log.push(line) });
  const overrides = {
    store: (store: ConversationStore): ConversationStore => ({
      ...store,
      as(user) {
        const own = store.as(user);
        return {
          ...own,
          profiles: { ...own.profiles, list: () => Promise.reject(new Error("The disk is gone.")) },
        };
      },
    }),
  };
  const { hmi } = await startTestStack({ auth: { token: TOKEN }, logger, overrides });
  for (const path of ["/api/chat/general-stream", "/api/model-profiles", "/nothing", "/%zz"]) {
    const { body } = await call(hmi, `${path}?message=Hi&token=${TOKEN}`, WITH_TOKEN);
    expect(body).not.toContain(TOKEN);
  }
  expect(log.join("")).toContain("The disk is gone.");
  expect(log.join("")).not.toContain(TOKEN);
});
