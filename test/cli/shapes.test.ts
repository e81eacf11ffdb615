import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { testStack } from "../support/cli.ts";
import { startTestStack } from "../support/hmi.ts";
import { shapeOf } from "../support/shape.ts";
import { tempFolder } from "../support/temp.ts";

// What scripts hold on to: a change of one of these files is a change for everybody who wrote one.

test("the flags and arguments of each command", async () => {
  const manifest = JSON.parse(readFileSync(new URL("../../oclif.manifest.json", import.meta.url), "utf8"));
  const commands = Object.values<CommandEntry>(manifest.commands)
    .toSorted((a, b) => a.id.localeCompare(b.id))
    .map(({ id, args, flags }) => ({
      command: id,
      args: Object.values(args).map(describeInput),
      flags: Object.values(flags).map(describeInput),
    }));
  await expect(pretty(commands)).toMatchFileSnapshot("shapes/commands.snap");
});

test("up, status and down --json", async () => {
  const stack = await testStack();
  const stopped = await stack.json("status");
  const started = await stack.json("up", "--detach");
  const again = await stack.json("up", "--detach");
  const running = await stack.json("status");
  const down = await stack.json("down");
  const downAgain = await stack.json("down");
  await expect(pretty(shapeOf(started.json, again.json))).toMatchFileSnapshot("shapes/up.snap");
  await expect(pretty(shapeOf(stopped.json, running.json))).toMatchFileSnapshot("shapes/status.snap");
  await expect(pretty(shapeOf(down.json, downAgain.json))).toMatchFileSnapshot("shapes/down.snap");
});

test("chat --json", async () => {
  const { hmi } = await startTestStack();
  const cli = await testStack();
  const { json } = await cli.json("chat", "Hello", "--hmi", hmi);
  await expect(pretty(shapeOf(json))).toMatchFileSnapshot("shapes/chat.snap");
});

test("verify --json", async () => {
  const { hmi, gateway } = await startTestStack();
  const cli = await testStack();
  // An engine that cannot be watched, for the shape of a check that is skipped.
  const skipping = ["--hmi", hmi, "--gateway", gateway, "--engine", "http://127.0.0.1:1"];
  const reports = [
    await cli.json("verify", "model-conversation", "--in-process", "--fault", "reply-without-model-id"),
    await cli.json("verify", "isolation", ...skipping),
  ];
  const withoutEvidence = reports.map(({ json }) => {
    const { results, ...report } = json as { results: Record<string, unknown>[] };
    // Evidence is each check's own; its rows are those of the contract.
    return { ...report, results: results.map(({ evidence: _, ...result }) => withoutRows(result)) };
  });
  await expect(pretty(shapeOf(...withoutEvidence))).toMatchFileSnapshot("shapes/verify.snap");
  // All suites twice, once with the contract's own times.
}, 60_000);

test("verify source --json", async () => {
  const cli = await testStack();
  const text = '@app.get("/x")\ndef x(model_id):\n    save_message(model_id=None)\n';
  const judged = tempFolder({ "main.py": text, "broken.py": "def x(:\n", "coded.py": "# coding: klingon\n" });
  const reports = [
    await cli.json("verify", "source", "--root", judged),
    await cli.json("verify", "source", "--root", tempFolder({ "main.py": "" })),
  ];
  await expect(pretty(shapeOf(...reports.map(({ json }) => json)))).toMatchFileSnapshot("shapes/source.snap");
});

test("errors under --json", async () => {
  const cli = await testStack();
  const errors = [await cli.json("dance"), await cli.json("status", "--loud")];
  await expect(pretty(shapeOf(...errors.map(({ json }) => json)))).toMatchFileSnapshot("shapes/error.snap");
});

interface CommandEntry {
  readonly id: string;
  readonly args: Record<string, Input>;
  readonly flags: Record<string, Input>;
}

interface Input {
  readonly name: string;
  readonly char?: string;
  readonly type?: string;
  readonly required?: boolean;
  readonly default?: unknown;
}

function describeInput({ name, char, type, required, default: standard }: Input): object {
  return { name, char, type, required, default: standard };
}

function withoutRows(result: Record<string, unknown>): Record<string, unknown> {
  const { rows: _, ...outcome } = result["outcome"] as Record<string, unknown>;
  return { ...result, outcome };
}

function pretty(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
