import { expect, test } from "vitest";
import { addressOfUrl, isLoopback, isWildcard, urlOf } from "../../src/contract/address.ts";

test.each([
  ["http://127.0.0.1:11434", { host: "127.0.0.1", port: 11_434 }],
  ["http://localhost:1/health", { host: "localhost", port: 1 }],
  ["http://ollama.local", { host: "ollama.local", port: 80 }],
  ["https://vectors.internal/", { host: "vectors.internal", port: 443 }],
  ["http://[::1]:11434", { host: "::1", port: 11_434 }],
])("%s leads to its address", (url, address) => {
  expect(addressOfUrl(url)).toEqual(address);
});

test.each([
  ["http://127.0.0.1:6101", { host: "127.0.0.1", port: 6101 }],
  ["http://[::1]:6101", { host: "::1", port: 6101 }],
])("%s is the URL of its address", (url, address) => {
  expect(urlOf(address)).toBe(url);
});

test.each(["localhost", "127.0.0.1", "127.8.0.9", "::1"])(
  "%s is a loopback host, and no wildcard",
  (host) => {
    expect([isLoopback(host), isWildcard(host)]).toEqual([true, false]);
  },
);

test.each(["0.0.0.0", "::"])("%s is a wildcard, and no loopback host", (host) => {
  expect([isLoopback(host), isWildcard(host)]).toEqual([false, true]);
});

test.each(["10.0.0.1", "127.example.org", "localhost.example.org"])("%s may be another machine", (host) => {
  expect([isLoopback(host), isWildcard(host)]).toEqual([false, false]);
});
