import { expect, onTestFinished, test } from "vitest";
import { DEFAULT_CONFIG } from "../../../src/config/default-config.ts";
import { hmiRoutes } from "../../../src/contract/routes.ts";
import { startGatewayOn } from "../../../src/services/start-services.ts";
import { startCommitCutter } from "../../support/commit-cutter.ts";
import { generationsOf, startTestEngine } from "../../support/gateway.ts";
import { call } from "../../support/http.ts";
import { NO_POSTGRESQL } from "../../support/postgresql.ts";
import { openPostgresqlTestStore, useTestSchemas } from "../../support/postgresql-test-store.ts";
import { startTestHmi } from "../../support/restarted-hmi.ts";
import { eventually } from "../../support/streams.ts";

const schemas = NO_POSTGRESQL === undefined ? useTestSchemas() : undefined;

/** A gateway, and an HMI that reaches the same PostgreSQL through a proxy which can cut commits; one message is answered. */
async function startCut() {
  const address = (await schemas?.withTables()) ?? "";
  const cutter = await startCommitCutter(address);
  onTestFinished(() => cutter.close());
  const engineUrl = await startTestEngine({ tokenDelayMs: 5 });
  const config = {
    ...DEFAULT_CONFIG,
    gateway: { ...DEFAULT_CONFIG.gateway, port: 0 },
    engine: { ...DEFAULT_CONFIG.engine, url: engineUrl },
  };
  const gateway = await startGatewayOn(config, (await openPostgresqlTestStore(address)).store);
  onTestFinished(() => gateway.close());
  const hmi = await startTestHmi((await openPostgresqlTestStore(cutter.url)).store, gateway.url);
  const { sent, reader } = await hmi.send({ message: "Count to 2" });
  await reader.ended;
  const asked = async (content: string) =>
    (await generationsOf(engineUrl)).filter(({ messages }) => messages?.at(-1)?.content === content);
  return { cutter, hmi, asked, sessionId: sent.session_id as string };
}

test.skipIf(schemas === undefined).each(["answer", "request"] as const)(
  "a message whose commit loses its %s is saved once, and its reply is asked for once",
  async (how) => {
    const { cutter, hmi, asked, sessionId } = await startCut();
    cutter.cut(how, 0);
    const { reader } = await hmi.send({ message: "Count to 20", session_id: sessionId });
    await reader.ended;
    expect(reader.text).toMatch(/^1, 2, .*, 20$/);
    const rows = (await hmi.messages(sessionId)).slice(2);
    expect(rows).toMatchObject([{ content: "Count to 20" }, { content: reader.text, status: "complete" }]);
    expect(await asked("Count to 20")).toHaveLength(1);
  },
);

test.skipIf(schemas === undefined)(
  "a message that was not committed is refused, the engine is not asked, and it can be sent again",
  async () => {
    const { cutter, hmi, asked, sessionId } = await startCut();
    const message = { message: "Count to 20", session_id: sessionId };
    cutter.cut("request", 0);
    cutter.isAway = true;
    expect(await hmi.post(message)).toMatchObject({
      status: 503,
      json: { error: { code: "store_unavailable" } },
    });
    cutter.isAway = false;
    const streams = async () => (await call(hmi.url, hmiRoutes.health.path())).json.active_streams;
    await eventually(async () => expect(await streams()).toBe(0));
    expect(await asked(message.message)).toEqual([]);
    const { reader } = await hmi.send(message);
    await reader.ended;
    expect((await hmi.messages(sessionId)).slice(2)).toMatchObject([
      { role: "user" },
      { content: reader.text },
    ]);
    expect(await asked(message.message)).toHaveLength(1);
  },
  60_000,
);
