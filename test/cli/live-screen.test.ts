import { PassThrough } from "node:stream";
import { expect, test, vi } from "vitest";
import { showLive } from "../../src/cli/live-screen.ts";
import { eventually } from "../support/streams.ts";

const ENTER = "\u001b[?1049h";
const LEAVE = "\u001b[?7h\u001b[?25h\u001b[?1049l";

test("what is drawn is drawn again after each refresh, in place", async () => {
  const live = start({ refresh: (count) => count + 1 });
  await eventually(() => expect(live.frames().length).toBeGreaterThan(2));
  await live.end();
  expect(live.bodies().slice(0, 3)).toEqual([["seen 0"], ["seen 1"], ["seen 2"]]);
});

test("the end brings the first screen and the cursor back", async () => {
  const live = start({});
  await live.end();
  expect(live.output().startsWith(ENTER)).toBe(true);
  expect(live.output().endsWith(LEAVE)).toBe(true);
});

test("an error brings the first screen and the cursor back, and is told", async () => {
  const live = start({
    refresh() {
      throw new Error("lost");
    },
  });
  await expect(live.done).rejects.toThrow("lost");
  expect(live.output().endsWith(LEAVE)).toBe(true);
});

test("a change of the terminal's size is drawn at once", async () => {
  const live = start({ everyMs: 60_000 });
  live.resize(5);
  expect(live.frames()).toHaveLength(2);
  await live.end();
  live.resize(6);
  expect(live.frames()).toHaveLength(2);
});

test("lines that do not fit are left out, and the last one says so", async () => {
  const live = start({ everyMs: 60_000, rows: 3, lines: ["one", "two", "three", "four"] });
  expect(live.frames()[0]).toEqual(["one", "  3 more lines", expect.stringContaining("ends")]);
  await live.end();
});

test.each([
  [true, "Ctrl-C or q ends"],
  [false, "Ctrl-C ends"],
])("the last line tells the time, and how it ends; with a keyboard: %s", async (hasKeyboard, how) => {
  const live = start({ everyMs: 60_000, lines: ["one"], hasKeyboard });
  const time = /^ {2}\d\d:\d\d:\d\d {2}/;
  expect(live.frames()[0]).toEqual(["one", "", expect.stringMatching(time)]);
  expect(live.frames()[0]?.at(-1)?.replace(time, "")).toBe(how);
  await live.end();
});

test.each([
  ["q", "q"],
  ["Ctrl-C", "\u0003"],
])("%s ends it, and gives the keyboard back", async (_, key) => {
  const live = start({ everyMs: 60_000 });
  live.keyboard.write("x");
  live.keyboard.write(key);
  await live.done;
  expect(live.output().endsWith(LEAVE)).toBe(true);
  expect(live.keyboard.setRawMode.mock.calls).toEqual([[true], [false]]);
  expect(live.keyboard.isPaused()).toBe(true);
});

test("it ends at once while a refresh takes its time", async () => {
  const { promise: never } = Promise.withResolvers<number>();
  const refresh = vi.fn(() => never);
  const live = start({ refresh });
  await eventually(() => expect(refresh).toHaveBeenCalled());
  await live.end();
  expect(live.output().endsWith(LEAVE)).toBe(true);
});

test("what is no terminal is refused, with what to do", async () => {
  const stream = new PassThrough() as unknown as NodeJS.WriteStream;
  const { signal } = new AbortController();
  const options = { signal, everyMs: 1, draw: () => [], refresh: async () => undefined };
  await expect(showLive(options, stream)).rejects.toMatchObject({
    code: "bad_flag",
    hint: expect.stringContaining("--json"),
  });
});

interface Scene {
  readonly everyMs?: number;
  readonly rows?: number;
  readonly lines?: readonly string[];
  readonly hasKeyboard?: boolean;
  refresh?(count: number): number | Promise<number>;
}

/** A live screen on a terminal of the test's own. */
function start({ everyMs = 1, rows = 24, lines, hasKeyboard = true, refresh = (count) => count }: Scene) {
  let count = 0;
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows });
  const written: string[] = [];
  stream.on("data", (bytes: Buffer) => written.push(bytes.toString()));
  const controller = new AbortController();
  const options = {
    everyMs,
    signal: controller.signal,
    draw: () => lines ?? [`seen ${count}`],
    async refresh() {
      count = await refresh(count);
    },
  };
  const keyboard = Object.assign(new PassThrough(), { isTTY: hasKeyboard, setRawMode: vi.fn() });
  const done = showLive(
    options,
    stream as unknown as NodeJS.WriteStream,
    keyboard as unknown as NodeJS.ReadStream,
  );
  const output = (): string => written.join("");
  const frames = (): string[][] =>
    output()
      .split("\u001b[H")
      .slice(1)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: escape codes.
      .map((frame) => frame.replace(/\u001b\[\??\d*[A-Za-z]/g, "").split("\r\n"));
  return {
    done,
    output,
    /** Each drawing by its lines, without escape codes. */
    frames,
    /** Those without what is under the lines. */
    bodies: () => frames().map((frame) => frame.slice(0, frame.indexOf(""))),
    keyboard,
    resize(to: number) {
      stream.rows = to;
      stream.emit("resize");
    },
    async end() {
      controller.abort();
      await done;
    },
  };
}
