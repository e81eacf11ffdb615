import { spawnSync } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { ownUser } from "../../src/files/user-names.ts";
import { lsofArguments, parseLsof } from "../../src/os/lsof.ts";
import { listen } from "../supervisor/helpers.ts";

test("each listener is read with its process and user", () => {
  const text = [
    ...["p812", "Lmaria", "f3", "tIPv4", "n127.0.0.1:11434"],
    ...[
      "p9120",
      "Lroot",
      "f5",
      "tIPv4",
      "n*:6101",
      "f6",
      "tIPv6",
      "n*:6101",
      "f7",
      "tIPv6",
      "n[::1]:6101",
      "",
    ],
  ].join("\n");
  expect(parseLsof(text)).toEqual([
    { address: "127.0.0.1", port: 11_434, pid: 812, user: "maria" },
    { address: "0.0.0.0", port: 6101, pid: 9120, user: "root" },
    { address: "::", port: 6101, pid: 9120, user: "root" },
    { address: "::1", port: 6101, pid: 9120, user: "root" },
  ]);
});

test("no output is no listener", () => {
  expect(parseLsof("")).toEqual([]);
});

test("lsof itself writes what is read here", async ({ skip }) => {
  const server = await listen(createServer(), 0, "::1");
  const { port } = server.address() as AddressInfo;
  const { error, stdout } = spawnSync("lsof", lsofArguments(port), { encoding: "utf8" });
  skip(error !== undefined, `there is no lsof here: ${error?.message}`);
  expect(parseLsof(stdout)).toEqual([{ address: "::1", port, pid: process.pid, user: ownUser() }]);
});
