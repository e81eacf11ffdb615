import { execa } from "execa";
import { expect, test } from "vitest";
import { tempFolder } from "../support/temp.ts";

const GUARD = new URL("../../src/cli/uncaught-errors.ts", import.meta.url).href;

/** Runs a program that is guarded as the command line is, and fails as it says. */
async function fails(
  how: string,
  isJson: boolean,
): Promise<{ exitCode?: number; stdout: string; stderr: string }> {
  const program = `import { handleUncaughtErrors } from "${GUARD}"; handleUncaughtErrors(${isJson}); ${how};`;
  const args = ["--input-type=module", "--eval", program];
  return await execa(process.execPath, args, { cwd: tempFolder(), reject: false });
}

test.each(["setTimeout(() => { throw new Error('odd') })", "Promise.reject(new Error('odd'))"])(
  "what nobody has caught is told as a bug, without where in the bundle: %s",
  async (how) => {
    const { exitCode, stdout, stderr } = await fails(how, false);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr.split("\n")).toEqual([
      "✗ stack itself failed: odd",
      expect.stringMatching(/^ {2}This is a bug in stack/),
    ]);
  },
);

test("with --json it is JSON", async () => {
  const { exitCode, stdout, stderr } = await fails("setTimeout(() => { throw new Error('odd') })", true);
  expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: "" });
  expect(JSON.parse(stdout)).toMatchObject({
    error: { code: "internal_error", message: "stack itself failed: odd" },
  });
});
