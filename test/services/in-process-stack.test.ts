import { join } from "node:path";
import { expect, test } from "vitest";
import { engineRoutes, gatewayRoutes, hmiRoutes } from "../../src/contract/routes.ts";
import { startInProcessStack } from "../../src/services/in-process-stack.ts";
import { startTestEngine } from "../support/gateway.ts";
import { call } from "../support/http.ts";
import { hmiClient, startTestStack } from "../support/stack.ts";
import { openTestStore } from "../support/store.ts";
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
  const stack = await startInProcessStack({ tokenDelayMs: 600_000 });
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
  await expect(startInProcessStack({ storePath })).rejects.toMatchObject({ code: "database_unreadable" });
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
