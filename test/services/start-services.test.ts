import { expect, test, vi } from "vitest";
import { DEFAULT_CONFIG } from "../../src/config/default-config.ts";
import { gatewayRoutes } from "../../src/contract/routes.ts";
import { NO_OTHER_REPLICAS } from "../../src/services/replicas/replica-bus.ts";
import { startHmiOn } from "../../src/services/start-services.ts";
import { call } from "../support/http.ts";
import { startTestStack } from "../support/stack.ts";
import { exchangeOf, openConversation, openTestStore } from "../support/store.ts";

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
  const bus = { ...NO_OTHER_REPLICAS, close: vi.fn(async () => undefined) };
  const config = { ...DEFAULT_CONFIG, hmi: { host: "127.0.0.1", port: Number(new URL(hmi).port) } };
  const { store } = openTestStore();
  await expect(startHmiOn(config, store, "http://127.0.0.1:9", { bus })).rejects.toMatchObject({
    code: "EADDRINUSE",
  });
  expect(bus.close).toHaveBeenCalledOnce();
});
