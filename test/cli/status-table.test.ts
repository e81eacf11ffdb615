import { expect, test } from "vitest";
import { statusLines, type TableOptions } from "../../src/cli/status-table.ts";
import type { ServiceStatus } from "../../src/launch/service-status.ts";
import type { StackStatus } from "../../src/launch/stack-status.ts";

const NOW = Date.parse("2026-01-05T12:00:00Z");

const GATEWAY: ServiceStatus = {
  name: "gateway",
  state: "healthy",
  kind: "embedded",
  url: "http://127.0.0.1:6120",
  pid: 4711,
  started_at: "2026-01-05T08:39:30Z",
  usage: { processes: 1, cpu_ms: 1200, cpu_share: 0.0123, memory_bytes: 71 * 1024 * 1024 },
  restarts: 0,
  last_exit: null,
  next_start_at: null,
  detail: null,
};

const STOPPED: ServiceStatus = {
  ...GATEWAY,
  name: "hmi",
  state: "stopped",
  pid: null,
  started_at: null,
  usage: null,
  restarts: null,
};

const EXIT = { at: "2026-01-05T11:59:48Z", code: 1, signal: null, reason: "it exited with code 1" };

test("a service has its state, process, address, age, CPU, memory and restarts in a line", () => {
  expect(draw([GATEWAY, STOPPED])).toEqual([
    "  service  state    kind      url                    pid   uptime      cpu    memory  restarts",
    "  gateway  healthy  embedded  http://127.0.0.1:6120  4711  3 h 20 min  1.2 %  71 MiB  0",
    "  hmi      stopped  embedded  http://127.0.0.1:6120",
  ]);
});

test("a narrow terminal has fewer columns, and the service and its state to the last", () => {
  const heads = (width: number) => draw([GATEWAY], { width })[0]?.trim().split(/\s+/);
  const all = ["service", "state", "kind", "url", "pid", "uptime", "cpu", "memory", "restarts"];
  const dropped = [];
  let before = all;
  for (let width = 100; width > 0; width -= 1) {
    const now = heads(width) ?? [];
    dropped.push(...before.filter((head) => !now.includes(head)));
    before = now;
  }
  expect(dropped.slice(0, 7)).toEqual(["kind", "restarts", "cpu", "memory", "url", "pid", "uptime"]);
});

test("no line of the table is wider than the terminal", () => {
  for (let width = 1; width < 100; width += 1) {
    const lines = draw([GATEWAY], { width });
    expect(Math.max(...lines.map(({ length }) => length)), `at ${width} columns`).toBeLessThanOrEqual(width);
  }
});

test("a service that crashed tells its last exit, and when it is started again", () => {
  const crashed: ServiceStatus = {
    ...STOPPED,
    state: "restarting",
    detail: EXIT.reason,
    restarts: 3,
    last_exit: EXIT,
    next_start_at: "2026-01-05T12:00:04Z",
  };
  expect(draw([crashed]).at(-1)).toBe(
    "  hmi: it exited with code 1; started again in 4 s; restarted 3 times",
  );
});

test("what is about to be started again is not said to be so in 0 s", () => {
  const next_start_at = new Date(NOW + 400).toISOString();
  const crashed: ServiceStatus = { ...STOPPED, state: "restarting", detail: EXIT.reason, next_start_at };
  expect(draw([crashed]).at(-1)).toBe("  hmi: it exited with code 1; started again in a moment");
});

test("why a service was given up is told once", () => {
  const detail =
    "hmi was given up, because it was restarted 2 times within 60 s. Last: it exited with code 1.";
  const failed: ServiceStatus = { ...STOPPED, state: "failed", detail, restarts: 2, last_exit: EXIT };
  expect(draw([failed]).at(-1)).toBe(
    "  hmi: was given up, because it was restarted 2 times within 60 s. Last: it exited with code 1; restarted 2 times",
  );
});

test("a failed start is told of a service that nobody wants any more", () => {
  const last_exit = { ...EXIT, reason: "it exited with code 1 before it was ready" };
  expect(draw([{ ...STOPPED, last_exit }]).at(-1)).toBe(
    "  hmi: last exit 12 s ago: it exited with code 1 before it was ready",
  );
});

test("a service that was restarted and is well tells why", () => {
  const restarted = { ...GATEWAY, restarts: 1, last_exit: EXIT };
  expect(draw([restarted]).at(-1)).toBe(
    "  gateway: restarted once; last exit 12 s ago: it exited with code 1",
  );
});

test("services without a supervisor are told to be unwatched, and where nothing runs there is nothing to watch", () => {
  const note = "  Nobody watches these services: no supervisor runs. `stack up` brings it back.";
  expect(draw([GATEWAY], { supervisor: null })).toContain(note);
  expect(draw([STOPPED], { supervisor: null })).not.toContain(note);
});

test("words of other programs cannot steer the terminal or break the table", () => {
  const hostile = { ...GATEWAY, detail: "a\u001b[2Jb\nc" };
  expect(draw([hostile]).at(-1)).toBe("  gateway: a⟨U+001B⟩[2Jb c");
});

function draw(
  services: readonly ServiceStatus[],
  { supervisor, ...changes }: Partial<TableOptions & Pick<StackStatus, "supervisor">> = {},
): string[] {
  const status = { ...stack(services), ...(supervisor === null && { supervisor }) };
  return statusLines(status, { width: 200, now: NOW, ...changes }).map(String);
}

function stack(services: readonly ServiceStatus[]): StackStatus {
  return {
    time: new Date(NOW).toISOString(),
    ok: true,
    supervisor: { pid: 4700, usage: null },
    services,
    warnings: [],
  };
}
