import { join } from "node:path";
import { expect, test } from "vitest";
import { hmiRoutes } from "../../../src/contract/routes.ts";
import { call } from "../../support/http.ts";
import { startTestStack } from "../../support/stack.ts";
import { eventually } from "../../support/streams.ts";
import { tempFolder } from "../../support/temp.ts";
import { readUserEvents } from "../../support/user-events.ts";

test("a message that one page sends is told to the others at once, and its end", async () => {
  const stack = await startTestStack({ tokenDelayMs: 600_000 });
  const pages = [await readUserEvents(stack.hmi), await readUserEvents(stack.hmi)];
  const { json } = await stack.post({ message: "Count to 5", client_message_id: "key" });
  const { session_id, message_id, assistant_message_id } = json;
  for (const page of pages) {
    await eventually(() => expect(page.events.at(-1)?.type).toBe("reply_started"));
    expect(page.events).toMatchObject([
      { type: "reset" },
      { type: "session_changed", session: { session_id, title: null } },
      { type: "session_changed", session: { session_id, title: "Count to 5" } },
      { type: "reply_started", session_id, message_id, assistant_message_id, client_message_id: "key" },
    ]);
  }
  await stack.cancel(session_id);
  for (const page of pages) {
    await eventually(() =>
      expect(page.events.at(-1)).toEqual({
        type: "reply_ended",
        session_id,
        assistant_message_id,
        status: "cancelled",
      }),
    );
  }
});

test("when a reply has ended for the other pages, it is saved as they are told", async () => {
  const stack = await startTestStack();
  const page = await readUserEvents(stack.hmi);
  const { json } = await stack.post({ message: "Count to 5" });
  await eventually(() =>
    expect(page.events.at(-1)).toMatchObject({ type: "reply_ended", status: "complete" }),
  );
  expect((await stack.messages(json.session_id)).at(-1)?.status).toBe("complete");
});

test("what is done to conversations is told", async () => {
  const stack = await startTestStack();
  const page = await readUserEvents(stack.hmi);
  const { session_id } = await stack.newSession();
  const post = (path: string, method = "POST", body?: object) =>
    call(stack.hmi, path, { method, ...(body && { body }) });
  await post(hmiRoutes.renameSession.path({ session_id }), "PUT", { title: "Mine" });
  await post(hmiRoutes.archiveSession.path({ session_id }));
  await post(hmiRoutes.resumeSession.path({ session_id }));
  const cleared = (await post(hmiRoutes.clearSession.path({ session_id }))).json.session;
  await stack.delete(session_id);
  await eventually(() => expect(page.events.at(-1)?.type).toBe("session_deleted"));
  const changed = page.events.flatMap((event) => (event.type === "session_changed" ? [event.session] : []));
  expect(changed).toMatchObject([
    { session_id, active: true },
    { session_id, title: "Mine" },
    { session_id, archived: true, active: false },
    { session_id, archived: false, active: true },
    { session_id: cleared.session_id, active: true },
    { session_id, archived: true, active: false },
  ]);
  expect(page.events.at(-1)).toEqual({ type: "session_deleted", session_id });
});

test("a page that comes back hears what it has missed; after a restart it is told to load anew", async () => {
  const storePath = join(tempFolder(), "chat.db");
  const stack = await startTestStack({ storePath });
  const page = await readUserEvents(stack.hmi);
  await eventually(() => expect(page.ids).toHaveLength(1));
  page.leave();
  const { session_id } = await stack.newSession();
  const headers = { "last-event-id": page.ids[0] ?? "" };
  const back = await readUserEvents(stack.hmi, headers);
  await eventually(() =>
    expect(back.events).toMatchObject([{ type: "session_changed", session: { session_id } }]),
  );
  await stack.close();
  await back.ended;
  const next = await startTestStack({ storePath });
  const after = await readUserEvents(next.hmi, headers);
  await eventually(() => expect(after.events).toEqual([{ type: "reset" }]));
});

test("the stream of events has heartbeats, and the headers of every event stream", async () => {
  const stack = await startTestStack({ stream: { heartbeat_ms: 10 } });
  const page = await readUserEvents(stack.hmi);
  await eventually(() => expect(page.heartbeats).toBeGreaterThan(3));
});
