import { chmodSync } from "node:fs";
import { expect, test } from "vitest";
import { ChangeNotifier } from "../../../src/supervisor/daemon/change-notifier.ts";
import { DesiredState } from "../../../src/supervisor/daemon/desired-state.ts";
import {
  desiredStateFile,
  readDesiredState,
  writeDesiredState,
} from "../../../src/supervisor/daemon/desired-state-file.ts";
import { giveAway, IS_ROOT, takeBack } from "../../support/other-user.ts";
import { temporaryState } from "../helpers.ts";

const WANTED = { services: { gateway: { request: "r1" } } };

/** Root reads whatever the mode says, and is kept out by the owner alone. */
const close = (path: string): void => (IS_ROOT ? giveAway(path) : chmodSync(path, 0o000));
const open = (path: string): void => (IS_ROOT ? takeBack(path) : chmodSync(path, 0o600));

test("what may not be read is not a file with nothing in it", () => {
  const state = temporaryState();
  writeDesiredState(state, WANTED);
  close(desiredStateFile(state));
  expect(() => readDesiredState(state)).toThrow(
    expect.objectContaining({
      code: IS_ROOT ? "foreign_owner" : "state_unreadable",
      message: expect.stringContaining(desiredStateFile(state)),
    }),
  );
});

test("what was wanted stays so while another file that may not be read is in its place", () => {
  const state = temporaryState();
  writeDesiredState(state, WANTED);
  const desired = new DesiredState(state, new ChangeNotifier());
  writeDesiredState(state, { services: { gateway: { request: "r2" } } });
  close(desiredStateFile(state));
  desired.refresh();
  expect(desired.requestFor("gateway")).toBe("r1");
  open(desiredStateFile(state));
  desired.refresh();
  expect(desired.requestFor("gateway")).toBe("r2");
});
