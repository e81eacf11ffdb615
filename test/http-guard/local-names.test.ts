import { expect, test } from "vitest";
import { hostNameOf } from "../../src/http-guard/host-check.ts";
import { isLocalName, isLoopbackAddress } from "../../src/http-guard/local-names.ts";

test.each([
  "",
  "localhost:11434",
  "LOCALHOST",
  "127.0.0.1:11434",
  "127.9.9.9",
  "[::1]:11434",
  "0.0.0.0",
  "10.1.2.3",
  "192.168.1.2:80",
  "[fd00::1]",
  "a.localhost",
  "host.docker.internal:11434",
  "printer.local",
])("the host %j may pass", (host) => {
  expect(isLocalName(hostNameOf(host))).toBe(true);
});

test.each(["example.com", "localhost.example.com", "8.8.8.8", "[2001:db8::1]:80", "notlocal", "172.32.0.1"])(
  "the host %j may not pass",
  (host) => {
    expect(isLocalName(hostNameOf(host))).toBe(false);
  },
);

test.each([
  ["127.0.0.1", true],
  ["::1", true],
  ["0.0.0.0", false],
  ["::", false],
])("%s is loopback: %s", (address, loopback) => {
  expect(isLoopbackAddress(address)).toBe(loopback);
});
