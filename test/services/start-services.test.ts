import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { DEFAULT_CONFIG } from "../../src/config/default-config.ts";
import { engineRoutes, gatewayRoutes, hmiRoutes } from "../../src/contract/routes.ts";
import { NO_OTHER_COPIES } from "../../src/services/replicas/copy-bus.ts";
import { startHmiOn, startStack } from "../../src/services/start-services.ts";
import { startTestEngine } from "../support/gateway.ts";
import { call } from "../support/http.ts";
import { hmiClient, startTestStack } from "../support/stack.ts";
import { exchangeOf, openConversation, openTestStore } from "../support/store.ts";
import { eventually } from "../support/streams.ts";
import { tempFolder } from "../support/temp.ts";

test("all three services answer, each on a port of its own", async () => {
  const stack = await startTestStack();
  expect((await call(stack.hmi, hmiRoutes.health.path())).json.status).toBe("ok");
  expect((await call(stack.gateway, gatewayRoutes.health.path())).json.status).toBe("ok");
  expect((await call(stack.engine, engineRoutes.version.path())).json.version).toContain("stand-in");
  expect(new Set([stack.hmi, stack.gateway, stack.engine]).size).toBe(3);
});

test("stacks side by side share nothing", async () => {
  const [a, b] = await Promise.all([startTestStack(), startTestStack()]);
  await (await a.send({ message: "Count to 3" })).reader.ended;
  expect((await call(b.hmi, hmiRoutes.sessions.path())).json.total).toBe(0);
  expect(await b.generations()).toEqual([]);
});

test("closing stops everything, twice is once, and running streams are cut off without an ending", async () => {
  const stack = await startStack({ tokenDelayMs: 600_000 });
  const { reader } = await hmiClient(stack.hmi).send({ message: "Hi" });
  const cut = expect(reader.ended).rejects.toThrow();
  await Promise.all([stack.close(), stack.close()]);
  await stack.close();
  await cut;
  expect(reader.events.filter(({ type }) => type === "error" || type === "done")).toEqual([]);
  for (const url of [stack.hmi, stack.gateway, stack.engine]) {
    await expect(call(url, "/")).rejects.toMatchObject({ code: "ECONNREFUSED" });
  }
});

test("a start that fails leaves nothing behind", async () => {
  const storePath = tempFolder();
  await expect(startStack({ storePath })).rejects.toMatchObject({ code: "database_unreadable" });
  const servers = () => process.getActiveResourcesInfo().filter((name) => name === "TCPServerWrap");
  await eventually(() => expect(servers()).toEqual([]));
});

test("a running engine is used, and not stopped", async () => {
  const engineUrl = await startTestEngine();
  const stack = await startTestStack({ engineUrl });
  expect(stack.engine).toBe(engineUrl);
  await (await stack.send({ message: "Hi" })).reader.ended;
  expect(await stack.generations()).toHaveLength(1);
  await stack.close();
  expect((await call(engineUrl, engineRoutes.version.path())).status).toBe(200);
});

test("a database file is used, and keeps what was said", async () => {
  const storePath = join(tempFolder(), "deep", "chat.db");
  const stack = await startTestStack({ storePath });
  const { sent, reader } = await stack.send({ message: "Count to 3" });
  await reader.ended;
  await stack.close();
  const { own } = openTestStore(storePath);
  expect((await own.messages.list(sent.session_id)).map((row) => row.content)).toEqual([
    "Count to 3",
    "1, 2, 3",
  ]);
});

test("the gateway knows the conversations of the store", async () => {
  const { store, own, path } = openTestStore();
  const session_id = await openConversation(own, null);
  await exchangeOf(store, session_id, "Hi", "Hello");
  const { gateway } = await startTestStack({ storePath: path });
  const cancel = (id: string) =>
    call(gateway, gatewayRoutes.cancel.path({ session_id: id }), { method: "POST" });
  expect((await cancel(session_id)).json).toEqual({ status: "idle", session_id });
  expect((await cancel("999")).status).toBe(404);
});

test("settings of streams and chat reach the services", async () => {
  const stack = await startTestStack({
    chat: { model: "phi3:mini", agent: "writer" },
    stream: { heartbeat_ms: 60_000 },
  });
  const { sent, reader } = await stack.send({ message: "Hi" });
  await reader.ended;
  expect(sent.agent_id).toBe("writer");
  expect((await stack.generations())[0]?.model).toBe("phi3:mini");
});

test("overrides wrap the parts where services meet", async () => {
  const seen: string[] = [];
  const stack = await startTestStack({
    overrides: {
      store: (store) => {
        seen.push("store");
        return store;
      },
      engine: (engine) => ({
        ...engine,
        chat(request, signal) {
          seen.push(`engine ${request.model}`);
          return engine.chat(request, signal);
        },
      }),
      gateway: (gateway) => ({
        ...gateway,
        async *chat(request, signal) {
          seen.push(`gateway ${(await request.question()).content}`);
          yield* gateway.chat(request, signal);
        },
      }),
    },
  });
  await (await stack.send({ message: "Hi" })).reader.ended;
  expect(seen).toEqual(["store", "gateway Hi", "engine llama3.1:8b"]);
});

test("an HMI that cannot start leaves no connection to the other copies behind", async () => {
  const { hmi } = await startTestStack();
  const bus = { ...NO_OTHER_COPIES, close: vi.fn(async () => undefined) };
  const config = { ...DEFAULT_CONFIG, hmi: { host: "127.0.0.1", port: Number(new URL(hmi).port) } };
  const { store } = openTestStore();
  await expect(startHmiOn(config, store, "http://127.0.0.1:9", { bus })).rejects.toMatchObject({
    code: "EADDRINUSE",
  });
  expect(bus.close).toHaveBeenCalledOnce();
});
