import { expect, test } from "vitest";
import type { StreamEvent } from "../../src/contract/event-schemas.ts";
import { EventBatch } from "../../web/event-batch.ts";

const DONE: StreamEvent = { type: "done", finish_reason: "stop" };

function token(content: string): StreamEvent {
  return { type: "token", content };
}

/** A batch whose frames come when the test says so. */
function startBatch() {
  const frames: (() => void)[] = [];
  const delivered: (readonly StreamEvent[])[] = [];
  const batch = new EventBatch(
    (run) => frames.push(run),
    (events) => delivered.push(events),
  );
  const drawFrame = (): void => {
    for (const run of frames.splice(0)) run();
  };
  return { batch, frames, delivered, drawFrame };
}

test("what arrives within a frame is handed on once, its tokens as one", () => {
  const { batch, frames, delivered, drawFrame } = startBatch();
  batch.add([token("a"), token("b")]);
  batch.add([token("c"), DONE]);
  expect(frames).toHaveLength(1);
  expect(delivered).toEqual([]);
  drawFrame();
  expect(delivered).toEqual([[token("abc"), DONE]]);
});

test("the next frame brings what came since", () => {
  const { batch, delivered, drawFrame } = startBatch();
  batch.add([token("a")]);
  drawFrame();
  batch.add([token("b")]);
  drawFrame();
  expect(delivered).toEqual([[token("a")], [token("b")]]);
});

test("a flush does not wait for the frame, which then has nothing to bring", () => {
  const { batch, delivered, drawFrame } = startBatch();
  batch.add([token("a")]);
  batch.flush();
  drawFrame();
  expect(delivered).toEqual([[token("a")]]);
});
