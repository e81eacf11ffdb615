import { expect, test } from "vitest";
import { hmiRoutes } from "../../../src/contract/routes.ts";
import { startTestGateway } from "../../support/gateway.ts";
import { call } from "../../support/http.ts";
import { leaveReply, startLeftGateway, startTestHmi } from "../../support/restarted-hmi.ts";
import { openTestStore } from "../../support/store.ts";
import { eventually } from "../../support/streams.ts";
import { spoilSync } from "../../support/unsynced-wal.ts";

const COUNTED = Array.from({ length: 100 }, (_, index) => index + 1).join(", ");

test.skipIf(process.platform === "win32")(
  "an ending that only the disk does not confirm stands, is told as not saved, and is saved once it is confirmed",
  async () => {
    const left = await leaveReply();
    const gateway = await startLeftGateway(left, { standIn: { tokenDelayMs: 5 } });
    // The file of the WAL is opened with the first sync, which must not have come yet.
    const { store, path } = openTestStore(left.path);
    const hmi = await startTestHmi(store, gateway.url);
    const health = async () => (await call(hmi.url, hmiRoutes.health.path())).json;
    const reader = await hmi.stream(left.sessionId);
    const mend = spoilSync(path);
    await reader.ended;
    expect(reader.text).toBe(COUNTED);
    expect(reader.events.at(-3)).toMatchObject({
      code: "reply_not_saved",
      message: expect.stringContaining("a power cut may cost it"),
    });
    const row = { content: COUNTED, status: "complete" };
    expect((await hmi.messages(left.sessionId)).at(-1)).toMatchObject(row);
    expect(await health()).toMatchObject({
      status: "degraded",
      dependencies: { store: { status: "unavailable", error: expect.stringContaining("does not confirm") } },
    });
    const next = { message: "Count to 3", session_id: left.sessionId };
    const refused = { status: 503, json: { error: { code: "store_unavailable" } } };
    expect(await hmi.post(next)).toMatchObject(refused);
    expect(await hmi.cancel(left.sessionId)).toMatchObject(refused);

    mend();
    await eventually(async () => expect((await health()).dependencies.store.status).toBe("ok"));
    expect((await hmi.messages(left.sessionId)).at(-1)).toMatchObject(row);
    const { reader: nextReader } = await hmi.send(next);
    await nextReader.ended;
    expect(nextReader.text).toBe("1, 2, 3");
  },
);

test.skipIf(process.platform === "win32")(
  "a message that the disk does not confirm leaves nothing, also not the conversation made for it, and can be sent again",
  async () => {
    const { store, path } = openTestStore();
    const gateway = await startTestGateway({ standIn: { tokenDelayMs: 10 } });
    const hmi = await startTestHmi(store, gateway.url);
    const sessions = async () => (await call(hmi.url, hmiRoutes.sessions.path())).json.sessions;
    const message = { message: "Count to 30", client_message_id: "key" };
    const mend = spoilSync(path);
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const refused = { status: 503, json: { error: { code: "store_unavailable" } } };
      expect(await hmi.post(message)).toMatchObject(refused);
      expect(await sessions()).toEqual([]);
    }
    // The gateway may have been asked for a reply meanwhile: it is cut off, unless a busy machine was that late.
    await eventually(async () => {
      expect(await call(hmi.url, hmiRoutes.health.path())).toMatchObject({ json: { active_streams: 0 } });
      for (const { ended } of await gateway.generations()) expect(["aborted", "done"]).toContain(ended);
    });
    mend();
    const { sent, reader } = await hmi.send(message);
    await reader.ended;
    expect(reader.text).toMatch(/^1, 2, .*, 30$/);
    expect(await sessions()).toMatchObject([{ session_id: sent.session_id, message_count: 2 }]);
  },
);
