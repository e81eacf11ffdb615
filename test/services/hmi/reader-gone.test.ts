import { expect, test } from "vitest";
import { leaveReply, startLeftGateway, startTestHmi } from "../../support/restarted-hmi.ts";
import { createdIn, startTestStack } from "../../support/stack.ts";
import { eventually } from "../../support/streams.ts";

const CANCEL = (orphan_grace_ms: number) => ({ on_reader_gone: "cancel", orphan_grace_ms }) as const;

test("when the last reader leaves, the reply is cancelled after the grace, and the engine stops", async () => {
  const stack = await startTestStack({ tokenDelayMs: 20, stream: CANCEL(30) });
  const reader = await stack.general({ message: "Count to 1000" });
  await eventually(() => expect(reader.text).not.toBe(""));
  reader.leave();
  const sessionId = createdIn(reader);
  await eventually(async () =>
    expect((await stack.messages(sessionId)).at(-1)).toMatchObject({ status: "cancelled" }),
  );
  expect((await stack.messages(sessionId)).at(-1)?.content.startsWith(reader.text)).toBe(true);
  await eventually(async () => expect(await stack.generations()).toMatchObject([{ ended: "aborted" }]));
});

test("a reader that comes back within the grace gets the rest", async () => {
  const stack = await startTestStack({ tokenDelayMs: 10, stream: CANCEL(5_000) });
  const { sent, reader } = await stack.send({ message: "Count to 9" });
  await eventually(() => expect(reader.text).not.toBe(""));
  reader.leave();
  const back = await stack.stream(sent.session_id, { "last-event-id": reader.ids.at(-1) ?? "" });
  await back.ended;
  expect(reader.text + back.text).toBe("1, 2, 3, 4, 5, 6, 7, 8, 9");
  expect((await stack.messages(sent.session_id)).at(-1)?.status).toBe("complete");
});

test("one of two readers leaving is not the last one leaving", async () => {
  const stack = await startTestStack({ tokenDelayMs: 20, stream: CANCEL(10) });
  const leaving = await stack.general({ message: "Count to 9" });
  const staying = await stack.stream(createdIn(await firstEvent(leaving)));
  leaving.leave();
  await staying.ended;
  expect(staying.events.at(-1)).toEqual({ type: "done", finish_reason: "stop" });
});

test("a reply that never had a reader has the same grace, from its start", async () => {
  const stack = await startTestStack({ tokenDelayMs: 20, stream: CANCEL(30) });
  const { json } = await stack.post({ message: "Count to 1000" });
  await eventually(async () =>
    expect((await stack.messages(json.session_id)).at(-1)).toMatchObject({ status: "cancelled" }),
  );
});

test("a reply that nobody read to its end in time is still complete", async () => {
  const stack = await startTestStack({ stream: CANCEL(60_000) });
  const { json } = await stack.post({ message: "Count to 9" });
  await eventually(async () =>
    expect((await stack.messages(json.session_id)).at(-1)).toMatchObject({ status: "complete" }),
  );
});

test("a reply that was taken up after a restart, and that nobody reads, is cancelled too", async () => {
  const left = await leaveReply();
  const gateway = await startLeftGateway(left, { standIn: { tokenDelayMs: 600_000 } });
  const hmi = await startTestHmi(left.store, gateway.url, CANCEL(30));
  await eventually(async () =>
    expect((await hmi.messages(left.sessionId)).at(-1)).toMatchObject({ status: "cancelled" }),
  );
});

async function firstEvent<Reader extends { readonly events: readonly unknown[] }>(
  reader: Reader,
): Promise<Reader> {
  await eventually(() => expect(reader.events.length).toBeGreaterThan(0));
  return reader;
}
