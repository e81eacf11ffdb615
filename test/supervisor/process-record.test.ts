import { cpSync, existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import {
  listRecords,
  parseRecord,
  readRecord,
  removeRecord,
  writeRecord,
} from "../../src/supervisor/process-record.ts";
import type { ServiceRecord } from "../../src/supervisor/service-spec.ts";
import { serviceFiles, stateFolder } from "../../src/supervisor/state-folder.ts";
import { temporaryState } from "./helpers.ts";

const RECORD: ServiceRecord = {
  name: "hmi",
  pid: 4711,
  start_time: "123456",
  boot_id: "00000000-0000-4000-8000-000000000000",
  command: { file: "/usr/bin/python3", args: ["hmi_app.py"] },
  executable: "/usr/bin/python3.12",
  cwd: "/srv",
  owner: "maria",
  host: "127.0.0.1",
  port: 6101,
  config_digest: "5e88",
  adopted: true,
  stop: { signal: "SIGINT", timeout_ms: 10_000 },
  log: "/srv/.stack/log/hmi.log",
  started_at: "2026-01-05T09:03:01.000Z",
  labels: { kind: "stand-in" },
};

test("a record is read as it was written", () => {
  const state = temporaryState();
  writeRecord(state, RECORD);
  expect(readRecord(state, "hmi")).toEqual({ kind: "record", record: RECORD });
});

test("a record says only what is known", () => {
  const state = temporaryState();
  const { executable, host, port, config_digest, adopted, stop, labels, ...least } = RECORD;
  writeRecord(state, least);
  expect(readRecord(state, "hmi")).toEqual({ kind: "record", record: least });
});

test("all readable records are listed", () => {
  const state = temporaryState();
  writeRecord(state, RECORD);
  writeRecord(state, { ...RECORD, name: "gateway.two" });
  writeFileSync(serviceFiles(state, "engine").record, "half a fi");
  expect(listRecords(state).map(({ name }) => name)).toEqual(["gateway.two", "hmi"]);
  expect(listRecords(stateFolder("/no/such/folder"))).toEqual([]);
});

test("a record in a copy of a state folder is not ours, as long as the original has it", () => {
  const state = temporaryState();
  const original = { ...RECORD, log: serviceFiles(state, "hmi").log };
  writeRecord(state, original);
  const copy = stateFolder(`${state.root}-copy`);
  cpSync(state.root, copy.root, { recursive: true });
  expect(readRecord(copy, "hmi")).toEqual({
    kind: "unreadable",
    reason: `${serviceFiles(copy, "hmi").record}: a copy from ${state.root}`,
  });
  rmSync(serviceFiles(state, "hmi").record);
  expect(readRecord(copy, "hmi")).toEqual({ kind: "record", record: original });
});

test("a record is ours by whatever path its folder is reached", () => {
  const state = temporaryState();
  const record = { ...RECORD, log: serviceFiles(state, "hmi").log };
  writeRecord(state, record);
  const link = join(dirname(dirname(state.root)), `${basename(dirname(state.root))}-link`);
  symlinkSync(dirname(state.root), link);
  onTestFinished(() => rmSync(link));
  expect(readRecord(stateFolder(join(link, basename(state.root))), "hmi")).toEqual({
    kind: "record",
    record,
  });
});

test("the pid file holds the bare number and a line break", () => {
  const state = temporaryState();
  writeRecord(state, RECORD);
  expect(readFileSync(serviceFiles(state, "hmi").pid, "utf8")).toBe("4711\n");
});

test("where no file is, there is no record", () => {
  expect(readRecord(temporaryState(), "hmi")).toEqual({ kind: "none" });
});

test.each([
  ["not JSON", "half a fi"],
  ["a list", "[]"],
  ["an empty object", "{}"],
  ["the record of another service", JSON.stringify({ ...RECORD, name: "gateway" })],
  ["a pid that would signal everything", JSON.stringify({ ...RECORD, pid: -1 })],
  ["a pid in quotes", JSON.stringify({ ...RECORD, pid: "4711" })],
  ["no owner, as before version 0.2", JSON.stringify({ ...RECORD, owner: undefined })],
  ["a stop signal that is none", JSON.stringify({ ...RECORD, stop: { signal: "KILL", timeout_ms: 1 } })],
  ["labels that are no texts", JSON.stringify({ ...RECORD, labels: { kind: 1 } })],
])("%s is no record, and the reason names the file", (_, text) => {
  const state = temporaryState();
  const file = serviceFiles(state, "hmi").record;
  writeFileSync(file, text);
  expect(readRecord(state, "hmi")).toEqual({ kind: "unreadable", reason: expect.stringContaining(file) });
});

test("a record behind a symbolic link is none, and is replaced without touching what is behind it", () => {
  const state = temporaryState();
  const { record } = serviceFiles(state, "hmi");
  const elsewhere = `${state.root}/elsewhere`;
  const text = JSON.stringify(RECORD);
  writeFileSync(elsewhere, text);
  symlinkSync(elsewhere, record);
  expect(readRecord(state, "hmi")).toMatchObject({ kind: "unreadable" });
  writeRecord(state, { ...RECORD, pid: 4712 });
  expect(readRecord(state, "hmi")).toMatchObject({ record: { pid: 4712 } });
  expect(readFileSync(elsewhere, "utf8")).toBe(text);
});

test("no JSON value makes the reader throw", () => {
  fc.assert(fc.property(fc.json(), (text) => void parseRecord(text)));
});

test("a record that has become another process's is not removed", () => {
  const state = temporaryState();
  writeRecord(state, { ...RECORD, pid: 4712 });
  removeRecord(state, RECORD);
  expect(existsSync(serviceFiles(state, "hmi").pid)).toBe(true);
  removeRecord(state, { ...RECORD, pid: 4712 });
  expect(existsSync(serviceFiles(state, "hmi").pid)).toBe(false);
});
