import { expect, test } from "vitest";
import { PATH, runStack } from "../support/cli.ts";
import { tempFolder } from "../support/temp.ts";

const YAML = [
  "contract:",
  "  driver: ollama",
  "  wire:",
  "    cancel: { request: POST /api/stop }",
  "    health: { request: GET /up }",
  "    headers: { X-Key: '{token}' }",
  "  lacks: { http/origin: skipped }",
].join("\n");

const here = () => ({ cwd: tempFolder({ "stack.config.yaml": YAML }), env: { PATH } });

test("verify --print-contract tells the contract in force, each line with where it is from", async () => {
  const { stdout, exitCode } = await runStack(["verify", "--print-contract"], here());
  expect(exitCode).toBe(0);
  const lines = stdout.split("\n").map((line) => line.replace(/ {2,}#/, "  #").trimEnd());
  expect(lines).toContain("  driver: ollama  # stack.config.yaml:2:11");
  expect(lines).toContain("      framing: ndjson  # driver ollama");
  expect(lines).toContain("      request: POST /api/stop  # stack.config.yaml:4:24");
  expect(lines).toContain("      request: GET /up  # stack.config.yaml:5:24");
  expect(lines).toContain("    http/origin: skipped  # stack.config.yaml:7:25");
  // What takes the place of the driver's stands once.
  expect(stdout).not.toMatch(/cancel: close|\/api\/version/);
});

test("the same as JSON, with the flag that chose the driver", async () => {
  const { stdout } = await runStack(["verify", "--print-contract", "--contract", "seeds", "--json"], here());
  const { driver, lines } = JSON.parse(stdout);
  expect(driver).toBe("seeds");
  expect(lines).toContainEqual({ path: ["driver"], value: "seeds", origin: "--contract" });
  expect(lines).toContainEqual({ path: ["wire", "page"], value: "/llm", origin: "driver seeds" });
});
