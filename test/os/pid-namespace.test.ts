import { expect, test } from "vitest";
import { isOtherNamespace, lifeOfNamespace, ownPidNamespace } from "../../src/os/pid-namespace.ts";
import { fateOf, identifySelf, isSameProcess } from "../../src/os/process-identity.ts";

const IS_LINUX = process.platform === "linux";

test.runIf(IS_LINUX)(
  "this process's namespace is told, is no other one, and is alive (on Linux only)",
  () => {
    const own = ownPidNamespace() ?? "";
    expect(own).toMatch(/^pid:\[\d+\]$/);
    expect(isOtherNamespace(own)).toBe(false);
    expect(lifeOfNamespace(own)).toBe("alive");
  },
);

test.runIf(IS_LINUX)(
  "a process of another namespace is never taken for one of this, whatever its pid (on Linux only)",
  () => {
    const { pid, startTime, bootId } = identifySelf();
    const recorded = { pid, start_time: startTime, boot_id: bootId, pid_namespace: "pid:[1]" };
    expect([fateOf(recorded), isSameProcess(recorded)]).toEqual(["other_namespace", false]);
    expect(lifeOfNamespace("pid:[1]")).not.toBe("alive");
  },
);

test("what was recorded before there was a field for it, or where there is none, is of this namespace", () => {
  expect(isOtherNamespace(undefined)).toBe(false);
});
