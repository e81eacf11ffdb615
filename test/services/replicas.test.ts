import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { gatewayRoutes, hmiRoutes } from "../../src/contract/routes.ts";
import {
  type InProcessStackOptions,
  type RunningReplica,
  startInProcessStack,
} from "../../src/services/in-process-stack.ts";
import { generationsOf } from "../support/gateway.ts";
import { call } from "../support/http.ts";
import { NO_POSTGRESQL } from "../support/postgresql.ts";
import { query, useTestSchemas } from "../support/postgresql-test-store.ts";
import { type HmiClient, hmiClient } from "../support/stack.ts";
import { eventually, openStream, type StreamReader } from "../support/streams.ts";
import { readUserEvents } from "../support/user-events.ts";

const schemas = NO_POSTGRESQL === undefined ? useTestSchemas() : undefined;
const onPostgresql = test.skipIf(schemas === undefined);

/** So long that nothing comes to its end by itself while a test runs. */
const ENDLESS = "Count to 100000";

/** Three copies of gateway and HMI on one database. */
async function startThree(
  stream: InProcessStackOptions["stream"] = {},
  overrides: InProcessStackOptions["overrides"] = {},
) {
  const storeUrl = (await schemas?.withTables()) ?? "";
  const stack = await startInProcessStack({
    copies: 3,
    storeUrl,
    tokenDelayMs: 5,
    stream: { save_every_ms: 10, ...stream },
    overrides,
  });
  onTestFinished(() => stack.close());
  const clientOf = (copy: RunningReplica) => ({ ...hmiClient(copy.hmi), ...copy });
  const [one, other, third] = stack.copies.map(clientOf);
  if (one === undefined || other === undefined || third === undefined)
    throw new Error("There are not three.");
  return { one, other, third, storeUrl, generations: () => generationsOf(stack.engine) };
}

/** A reply that runs at this copy, with its reader there. */
async function begin(copy: HmiClient) {
  const begun = await copy.send({ message: ENDLESS });
  await eventually(() => expect(begun.reader.text).not.toBe(""));
  return begun;
}

/** A reader goes on where another one was, until the reply is cancelled there: it is saved as both have got it. */
async function expectRest(copy: HmiClient, sessionId: string, before: StreamReader): Promise<void> {
  const back = await copy.stream(sessionId, { "last-event-id": before.ids.at(-1) ?? "" });
  await eventually(() => expect(back.text.length).toBeGreaterThan(20));
  expect((await copy.cancel(sessionId)).json.status).toBe("cancelled");
  await back.ended;
  const text = before.text + back.text;
  expect(COUNTED.startsWith(text)).toBe(true);
  expect((await copy.messages(sessionId)).at(-1)).toMatchObject({ content: text, status: "cancelled" });
}

const COUNTED = Array.from({ length: 20_000 }, (_, index) => index + 1).join(", ");

const request = { session_id: "80", message_id: "1", agent_id: "architect", content: "Count to 30" };

onPostgresql(
  "gateways that are asked at once for one reply begin one generation, and all stream it",
  async () => {
    const { one, other, third, generations } = await startThree();
    const readers = await Promise.all(
      [one, other, third].map(({ gateway }) =>
        openStream(gateway, gatewayRoutes.chat.path(), { body: request }),
      ),
    );
    await Promise.all(readers.map(({ ended }) => ended));
    expect(new Set(readers.map(({ ids }) => ids.join())).size).toBe(1);
    expect(await generations()).toHaveLength(1);
  },
);

onPostgresql(
  "a gateway cancels and joins what another one has, and lets a conversation have one reply at a time",
  async () => {
    const { one, other, generations } = await startThree();
    const body = { ...request, content: ENDLESS };
    const reader = await openStream(one.gateway, gatewayRoutes.chat.path(), { body });
    await eventually(() => expect(reader.ids.length).toBeGreaterThan(5));
    const path = gatewayRoutes.resume.path({ session_id: "80" });
    const back = await openStream(other.gateway, path, { headers: { "last-event-id": reader.ids[4] ?? "" } });
    await eventually(() => expect(back.ids.length).toBeGreaterThan(3));
    expect(
      await call(other.gateway, gatewayRoutes.chat.path(), { body: { ...body, message_id: "2" } }),
    ).toMatchObject({
      status: 409,
      json: { error: { code: "generation_in_progress" } },
    });
    const cancel = (named?: object) =>
      call(other.gateway, gatewayRoutes.cancel.path({ session_id: "80" }), { method: "POST", body: named });
    // Of a conversation that only the other one knows.
    expect(await cancel({ message_id: "0" })).toMatchObject({ status: 200, json: { status: "idle" } });
    const cancelled = await cancel();
    expect(cancelled.json).toEqual({ status: "cancelled", session_id: "80", message_id: "1" });
    await Promise.all([reader.ended, back.ended]);
    expect(back.ids).toEqual(reader.ids.slice(5));
    await eventually(async () => expect((await generations())[0]?.ended).toBe("aborted"));
    const next = await openStream(other.gateway, gatewayRoutes.chat.path(), {
      body: { ...request, message_id: "2" },
    });
    await next.ended;
    expect(next.events.at(-1)).toEqual({ type: "done", finish_reason: "stop" });
  },
);

onPostgresql(
  "a reply whose owner stops is taken over by another HMI, from the gateway that still writes it",
  async () => {
    // A gateway does not give up at once what another HMI may come for.
    const { other, third, generations } = await startThree({ orphan_grace_ms: 0 });
    const { sent, reader } = await begin(third);
    await third.services.get("hmi")?.close();
    await expect(reader.ended).rejects.toThrow();
    await expectRest(other, sent.session_id, reader);
    expect(await generations()).toHaveLength(1);
  },
);

onPostgresql(
  "what is acknowledged while its HMI is stopped is asked of a gateway before it is left",
  async () => {
    const slow: NonNullable<InProcessStackOptions["overrides"]>["gateway"] = (client) => ({
      ...client,
      async *chat(...asked) {
        await sleep(500);
        yield* client.chat(...asked);
      },
    });
    const { one, other } = await startThree({}, { gateway: slow });
    const { session_id } = (await one.post({ message: "Count to 30" })).json;
    await one.services.get("hmi")?.close();
    await eventually(async () =>
      expect((await other.messages(session_id)).at(-1)).toMatchObject({ status: "complete" }),
    );
  },
);

onPostgresql(
  "an owner that wakes up after its lease has ended writes no more, and its reader goes on at the new one",
  async () => {
    const { one, other, storeUrl } = await startThree();
    const { sent, reader } = await begin(one);
    // As whoever takes over does, once the lease has ended.
    await query(
      storeUrl,
      "DELETE FROM writers WHERE token = (SELECT writer FROM messages WHERE status = 'streaming')",
    );
    await reader.ended;
    expect(reader.events.at(-1)?.type).toBe("token");
    await expectRest(other, sent.session_id, reader);
  },
);

onPostgresql(
  "a cancel at another HMI stops the engine, and the user's pages at a third one hear of all",
  async () => {
    const { one, other, third, generations } = await startThree();
    const page = await readUserEvents(third.hmi);
    const { sent, reader } = await begin(one);
    const { session_id, assistant_message_id } = sent;
    expect((await other.cancel(session_id)).json.status).toBe("cancelled");
    await reader.ended;
    await eventually(async () => expect((await generations())[0]?.ended).toBe("aborted"));
    await eventually(() =>
      expect(page.events).toContainEqual({
        type: "reply_ended",
        session_id,
        assistant_message_id,
        status: "cancelled",
      }),
    );
    expect(page.events.some(({ type }) => type === "reply_started")).toBe(true);
  },
);

onPostgresql(
  "each answer says which copy gave it, also a refusal, and of a call that was passed on the one that was called",
  async () => {
    const { one, other } = await startThree();
    const { sent } = await begin(one);
    const path = hmiRoutes.stream.path({ session_id: sent.session_id });
    const [here, there] = await Promise.all(
      [one, other].map(async ({ hmi }) => {
        const reader = await openStream(hmi, path);
        const answers = [await call(hmi, hmiRoutes.live.path()), await call(hmi, "/nowhere"), reader];
        return new Set(answers.map(({ headers }) => headers["x-stack-copy"]));
      }),
    );
    expect([here?.size, there?.size]).toEqual([1, 1]);
    expect([...(here ?? [])]).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/)]);
    expect(here).not.toEqual(there);
    await one.cancel(sent.session_id);
  },
);
