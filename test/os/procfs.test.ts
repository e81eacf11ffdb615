import { expect, test } from "vitest";
import { endsInListener, parseSocketTable, parseStat } from "../../src/os/procfs.ts";

const HEADER =
  "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";
const REST = "00000000:00000000 00:00000000 00000000  1000        0 4242 1 0000000000000000 100 0 0 10 0\n";

test("a program name with spaces and brackets does not shift the fields", () => {
  const stat = "77 (a) b (c)) S 1 70 70 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 987654 1 2";
  expect(parseStat(stat)).toEqual({ state: "S", parent: 1, group: 70, startTime: "987654" });
});

test("a text that is no stat line gives nothing", () => {
  expect(parseStat("")).toBeUndefined();
});

test.each([
  ["0100007F", "127.0.0.1"],
  ["00000000", "0.0.0.0"],
  ["00000000000000000000000000000000", "::"],
  ["00000000000000000000000001000000", "::1"],
  ["0000000000000000FFFF00000100007F", "127.0.0.1"],
  ["B80D0120000000000000000001000000", "2001:db8::1"],
])("the kernel's %s is %s", (hex, address) => {
  const table = `${HEADER}   0: ${hex}:17D5 00000000:0000 0A ${REST}`;
  expect(parseSocketTable(table)).toEqual([{ address, port: 6101, uid: 1000, inode: "4242" }]);
});

test("a connection is not a listener", () => {
  expect(parseSocketTable(`${HEADER}   0: 0100007F:17D5 0100007F:C001 01 ${REST}`)).toEqual([]);
});

test.each([
  ["its head", "", true],
  ["a listener", `   0: 0100007F:17D5 00000000:0000 0A ${REST}`, true],
  ["a connection", `   0: 0100007F:17D5 0100007F:C001 06 ${REST}`, false],
  ["half a line after a listener", `   0: 0100007F:17D5 00000000:0000 0A ${REST}   1: 0100`, true],
])("more listeners may follow after a part of a socket table that ends in %s: %s %s", (_, lines, more) => {
  expect(endsInListener(HEADER + lines)).toBe(more);
});
