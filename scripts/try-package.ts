/**
 * Installs the packed package as a stranger does, in an empty project, under the oldest Node that is supported and the
 * current LTS: what is installed, the command line by both of its names, `import` and `require`, the types in strict
 * mode, and the README's example for vitest. Ends with exit code 1 where something is not as it must be.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const NODES = ["22", "24"];

/** Too old for us; what it says is all that it can do. */
const OLD_NODE = "20";

const folder = mkdtempSync(join(tmpdir(), "stack-package-"));
try {
  const tarball = pack();
  for (const version of NODES) tryUnder(version, tarball);
  tryUnderOldNode(tarball);
  console.log("The package works for a stranger.");
} finally {
  rmSync(folder, { recursive: true });
}

function pack(): string {
  const name = execFileSync("npm", ["pack", "--silent", "--pack-destination", folder], {
    cwd: ROOT,
    encoding: "utf8",
  });
  return join(folder, name.trim().split("\n").at(-1) ?? "");
}

function tryUnder(version: string, tarball: string): void {
  const { project, node } = install(version, tarball);
  const installed = readFileSync(join(project, "node_modules/.package-lock.json"), "utf8");
  const packages = Object.keys(JSON.parse(installed).packages);
  const ours = packages.filter((name) => !/node-(linux|darwin|bin)/.test(name));
  expectEqual("packages that are installed", ours, ["node_modules/chat-stack"]);
  const size = execFileSync("du", ["-sk", join(project, "node_modules/chat-stack")], { encoding: "utf8" });
  console.log(`Node ${version}: 1 package, ${(Number.parseInt(size, 10) / 1024).toFixed(1)} MB`);

  for (const name of ["stack", "chat-stack"]) {
    run(project, node, [join("node_modules/.bin", name), "--version"]);
  }
  run(project, node, ["node_modules/.bin/stack", "--help"]);
  run(project, node, ["node_modules/.bin/stack", "verify", "model-conversation", "--in-process"]);
  run(project, node, [
    "--input-type=module",
    "-e",
    'import { startStack } from "chat-stack"; startStack.call;',
  ]);
  run(project, node, ["--input-type=commonjs", "-e", 'require("chat-stack").startStack.call;']);
  if (version === NODES.at(-1)) {
    checkTypes(project);
    runReadmeExample(project);
  }
}

/** An empty project with the package and a Node of this version. */
function install(version: string, tarball: string): { project: string; node: string } {
  const project = join(folder, `node-${version}`);
  mkdirSync(project);
  writeFileSync(
    join(project, "package.json"),
    JSON.stringify({ name: "stranger", private: true, type: "module" }),
  );
  const pinned = `node-${process.platform}-${process.arch}@${version}`;
  execFileSync("npm", ["install", "--silent", "--no-audit", "--no-fund", tarball, pinned], { cwd: project });
  return { project, node: join(project, "node_modules/.bin/node") };
}

function tryUnderOldNode(tarball: string): void {
  const { project, node } = install(OLD_NODE, tarball);
  for (const args of [
    ["--input-type=module", "-e", 'import "chat-stack"'],
    ["--input-type=commonjs", "-e", 'require("chat-stack")'],
    ["node_modules/.bin/stack", "status"],
  ]) {
    const { status, stderr } = spawnSync(node, args, { cwd: project, encoding: "utf8" });
    if (status === 0 || !/needs Node \d+\.\d+ or newer/.test(stderr)) {
      throw new Error(`Node ${OLD_NODE} ${args.join(" ")}: it must say which Node it needs.\n${stderr}`);
    }
  }
}

/** The types need no other package but Node's, in strict mode, with every file checked. */
function checkTypes(project: string): void {
  const program = `
    import { defineCheck, startStack, verify, type RunReport } from "chat-stack";
    const check = defineCheck<number>({
      id: "shop/health", claim: "c", why: "w", lookAt: "l", needs: [],
      collect: async ({ target, signal }) => (await target.hmi.call("GET", "/health", { signal })).status,
      judge: (status) => status === 200
        ? { verdict: "holds", seen: "200" }
        : { verdict: "broken", expected: "200", found: String(status), seen: "GET /health" },
    });
    const stack = await startStack({ fault: "none" });
    const report: RunReport = await verify({ checks: [check], target: stack });
    await stack.close();
    // @ts-expect-error A verdict has no such word.
    const wrong: RunReport["results"][number]["outcome"]["verdict"] = "maybe";
    console.log(report.counts.holds, wrong);
  `;
  writeFileSync(join(project, "types.ts"), program);
  mkdirSync(join(project, "node_modules/@types"), { recursive: true });
  for (const name of ["@types/node", "undici-types"]) {
    cpSync(join(ROOT, "node_modules", name), join(project, "node_modules", name), { recursive: true });
  }
  for (const options of [
    ["--module", "node16"],
    ["--module", "esnext", "--moduleResolution", "bundler"],
  ]) {
    const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
    const strict = [
      "--strict",
      "--noEmit",
      "--skipLibCheck",
      "false",
      "--target",
      "es2024",
      "--types",
      "node",
    ];
    run(project, process.execPath, [tsc, ...strict, ...options, "types.ts"]);
  }
}

/** The example that the README shows, as a test of a project that has vitest. */
function runReadmeExample(project: string): void {
  const readme = readFileSync(join(ROOT, "README.md"), "utf8");
  const [, example = ""] = /```ts\n(import \{ startStack.*?)```/s.exec(readme) ?? [];
  const [imports = "", ...body] = example.split("\n\n");
  const test = `import { expect, test } from "vitest";\n${imports}\ntest("the README's example", async () => {\n${body.join("\n\n")}\n});\n`;
  writeFileSync(join(project, "readme.test.ts"), test);
  const vitest = join(ROOT, "node_modules/vitest/vitest.mjs");
  // vitest is resolved where it lies, which is not in the project.
  writeFileSync(
    join(project, "vitest.config.js"),
    `export default { resolve: { alias: { vitest: ${JSON.stringify(join(ROOT, "node_modules/vitest/dist/index.js"))} } } };`,
  );
  run(project, process.execPath, [vitest, "run", "--root", project]);
}

function run(cwd: string, node: string, args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync(node, args, { cwd, encoding: "utf8" });
  if (status !== 0) throw new Error(`${args.join(" ")} ended with ${status}:\n${stdout}${stderr}`);
}

function expectEqual(what: string, found: unknown, wanted: unknown): void {
  const [left, right] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (left !== right) throw new Error(`${what}: ${left}; wanted ${right}`);
}
