/** Checks, faults and report formats of one's own, as a project that has installed the package writes them. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { testStack } from "../support/cli.ts";

const PACKAGE = fileURLToPath(new URL("../../dist/index.js", import.meta.url));

const CHECKS = `
import { defineCheck } from ${JSON.stringify(PACKAGE)};
const status = (id: string, path: string, wanted: number) =>
  defineCheck<number>({
    id, claim: \`\${path} answers \${wanted}\`, why: "The shop reads it.", lookAt: path, needs: [],
    collect: async ({ target, signal }) => (await target.hmi.call("GET", path, { signal })).status,
    judge: (found) => found === wanted
      ? { verdict: "holds", seen: String(found) }
      : { verdict: "broken", expected: String(wanted), found: String(found), seen: path },
  });
export default [status("shop/health", "/health", 200), status("shop/basket", "/api/basket", 200), status("shop/agents", "/api/agents", 200)];
`;

const FAULT = `
import { defineFault } from ${JSON.stringify(PACKAGE)};
export default defineFault({
  name: "health-gone", story: "The health report is gone.", seenIn: "the shop", caughtBy: ["shop/health"],
  overrides: (onApplied) => ({ wire: { hmi: { answer: (request) => {
    if (request.path !== "/health") return undefined;
    onApplied();
    return { status: 410, headers: {}, body: "{}" };
  } } } }),
});
`;

const REPORTER = `
import { defineReporter } from ${JSON.stringify(PACKAGE)};
export default defineReporter({
  name: "ids", summary: "ids", render: ({ results }) => results.map(({ id, outcome }) => id + " " + outcome.verdict + "\\n").join(""),
});
`;

async function project() {
  const stack = await testStack();
  const write = (name: string, text: string): void => writeFileSync(join(stack.cwd, name), text);
  write("checks.ts", CHECKS);
  write("fault.ts", FAULT);
  write("ids.mts", REPORTER);
  return { ...stack, write };
}

test("checks of one's own are run alone, or with suites; what does not hold comes with a curl", async () => {
  const { run } = await project();
  const alone = await run("verify", "--in-process", "--check", "checks.ts");
  expect(alone).toMatchObject({ exitCode: 1, stderr: "" });
  expect(alone.stdout).toContain("✗ /api/basket answers 200");
  expect(alone.stdout).toContain('try        curl -sS "$HMI/api/basket"');
  expect(alone.stdout).toContain("2 hold, 1 broken, 0 skipped");
  const both = await run("verify", "models", "--in-process", "--check", "checks.ts", "--list");
  expect(both.stdout).toMatch(/models\/list[\s\S]*shop\/basket/);
});

test("--last-failed runs what did not hold, until it holds; --max-failures stops early", async () => {
  const { run, write } = await project();
  expect(await run("verify", "--in-process", "--last-failed")).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("No check is known that did not hold"),
  });
  const first = await run("verify", "--in-process", "--check", "checks.ts", "--max-failures", "1");
  expect(first.stdout).toContain("1 hold, 1 broken, 0 skipped");
  expect(first.stdout).toContain("Stopped early");
  const again = await run("verify", "--in-process", "--check", "checks.ts", "--last-failed");
  expect(again.stdout).toContain("0 hold, 1 broken, 0 skipped");
  write("checks.ts", CHECKS.replace('"/api/basket", 200', '"/api/basket", 404'));
  const mended = await run("verify", "--in-process", "--check", "checks.ts", "--last-failed");
  expect(mended).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("1 hold, 0 broken") });
  expect(await run("verify", "--in-process", "--check", "checks.ts", "--last-failed")).toMatchObject({
    exitCode: 2,
  });
});

test("a fault and a report format of one's own are named by their files", async () => {
  const { run, cwd } = await project();
  const reports = ["--report", "./ids.mts=ids.txt"];
  const args = ["verify", "--in-process", "--check", "checks.ts", "--grep-invert", "basket", ...reports];
  expect(await run(...args)).toMatchObject({ exitCode: 0 });
  const ids = (): string => readFileSync(join(cwd, "ids.txt"), "utf8");
  expect(ids()).toBe("shop/health holds\nshop/agents holds\n");
  expect(await run(...args, "--fault", "./fault.ts")).toMatchObject({ exitCode: 1, stderr: "" });
  expect(ids()).toBe("shop/health broken\nshop/agents holds\n");
});

test.each([
  ["a file that is not there", ["--check", "nowhere.ts"], "nowhere.ts cannot be loaded"],
  ["a file that exports something else", ["--check", "./ids.mts"], "is not a check (defineCheck)"],
  ["a fault that is none", ["--in-process", "--fault", "./checks.ts"], "is not a fault (defineFault)"],
  ["a format that is none", ["--report", "./fault.ts=x.txt"], "is not a report format (defineReporter)"],
])("%s is refused with a word", async (_, args, message) => {
  const { run } = await project();
  const { exitCode, stderr } = await run("verify", ...args);
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining(message)]);
  expect(stderr).not.toContain("    at ");
});

test("an id that is none, or stands twice, is refused with a word", async () => {
  const { run, write } = await project();
  write("checks.ts", CHECKS.replace("shop/basket", "basket"));
  expect((await run("verify", "--in-process", "--check", "checks.ts")).stderr).toContain("<suite>/<name>");
  write("checks.ts", CHECKS.replace("shop/basket", "shop/health"));
  expect((await run("verify", "--in-process", "--check", "checks.ts")).stderr).toContain(
    "two checks with the id",
  );
});
