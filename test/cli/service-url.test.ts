import { expect, test } from "vitest";
import { parseServiceUrl } from "../../src/cli/service-url.ts";

test.each([
  ["http://127.0.0.1:6101", "http://127.0.0.1:6101"],
  ["http://localhost:6101/", "http://localhost:6101"],
  ["https://chat.example", "https://chat.example"],
  ["http://[::1]:6101", "http://[::1]:6101"],
])("%s is the service at %s", (text, url) => {
  expect(parseServiceUrl(text)).toBe(url);
});

test.each([
  "",
  "127.0.0.1:6101",
  "localhost:6101",
  "ftp://127.0.0.1",
  "http://",
  "http://127.0.0.1:99999",
  "http://127.0.0.1:6101/llm",
  "http://127.0.0.1:6101?x=1",
  "http://127.0.0.1:6101#top",
])("%j is no service", (text) => {
  expect(() => parseServiceUrl(text)).toThrow(
    expect.objectContaining({ code: "bad_url", exitCode: 2, message: expect.stringContaining(`"${text}"`) }),
  );
});
