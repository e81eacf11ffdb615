import { appendFileSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { putOwnLogAside } from "../../../src/supervisor/daemon/supervisor-log.ts";
import { serviceFiles } from "../../../src/supervisor/state-folder.ts";
import { temporaryState } from "../helpers.ts";

test("the supervisor's own log is put aside when it is large, and one older part is kept", () => {
  const state = temporaryState();
  const { log } = serviceFiles(state, "supervisor");
  putOwnLogAside(state, 10);
  for (const text of ["first part\n", "second part\n"]) {
    appendFileSync(log, text);
    putOwnLogAside(state, 10);
    expect([readFileSync(`${log}.1`, "utf8"), readFileSync(log, "utf8")]).toEqual([text, ""]);
  }
  appendFileSync(log, "small\n");
  putOwnLogAside(state, 10);
  expect(readFileSync(log, "utf8")).toBe("small\n");
});
