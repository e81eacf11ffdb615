import { execFileSync } from "node:child_process";
import { execa } from "execa";
import { beforeAll, expect, test } from "vitest";
import { clearStack, prepareStack, type TestStack } from "../support/cli.ts";
import { releasePort } from "../support/ports.ts";

// The second seed's "Quick Start" and "Test Commands", word for word but for the ports.

let stack: TestStack;

beforeAll(async () => {
  stack = await prepareStack();
  await stack.up();
  return () => clearStack(stack);
});

test.skipIf(!has("curl"))("the three health calls answer (needs curl)", async () => {
  expect(JSON.parse(await shell("curl -s http://localhost:6101/health"))).toMatchObject({
    status: "ok",
    service: "hmi",
    port: stack.ports.hmi,
    pid: stack.pids().hmi,
  });
  expect(JSON.parse(await shell("curl -s http://localhost:6120/health"))).toMatchObject({
    status: "ok",
    service: "gateway",
  });
  const tags = JSON.parse(await shell("curl -s http://localhost:11434/api/tags"));
  expect(tags.models.map(({ name }: { name: string }) => name)).toEqual([
    "llama3.1:8b",
    "qwen2.5-coder:7b",
    "phi3:mini",
    "qwen3:8b",
    "gemma3:4b",
  ]);
});

test.skipIf(!has("curl"))(
  "the gateway's stream begins with whose it is, planning, executing and tokens (needs curl)",
  async () => {
    const output = await shell(
      `curl -X POST http://localhost:6120/chat/stream \\
  -H "Content-Type: application/json" \\
  -d '{"session_id":"test","message_id":"test","agent_id":"architect","model":"llama3.1:8b","content":"Hello"}' \\
  | head -20`,
    );
    const events = output
      .split("\n")
      .filter((line) => line.startsWith("data: "))
      .map((line) => JSON.parse(line.slice(6)));
    expect(events.slice(0, 3)).toMatchObject([
      { type: "started", session_id: "test", assistant_message_id: "test" },
      { type: "status_update", status: "planning" },
      { type: "status_update", status: "executing" },
    ]);
    expect(events.slice(3).length).toBeGreaterThan(0);
    for (const event of events.slice(3))
      expect(event).toEqual({ type: "token", content: expect.any(String) });
  },
);

test.skipIf(!has("python3", "-c", "import requests"))(
  "the Python snippet prints the reply (needs python3 with requests)",
  async () => {
    const output = await shell(
      `python3 << 'EOF'
import requests, json
resp = requests.post('http://localhost:6101/api/chat/message', json={'session_id': None, 'message': 'Hi', 'agent_id': 'architect', 'model': 'llama3.1:8b'})
sid = resp.json()['session_id']
for line in requests.get(f'http://localhost:6101/api/chat/stream/{sid}', stream=True, timeout=20).iter_lines():
    if line and line.decode('utf-8').startswith('data: '):
        event = json.loads(line.decode('utf-8')[6:])
        if event.get('type') == 'token': print(event.get('content', ''), end='', flush=True)
        elif event.get('type') == 'done': break
EOF`,
    );
    expect(output).toContain("Hello! I am a stand-in for Ollama");
  },
);

test.skipIf(!has("lsof", "-v"))("one process owns the HMI's port (needs lsof)", async () => {
  releasePort(stack.ports.hmi);
  expect((await shell("lsof -ti:6101 | wc -l  # Should be 1, not 2+")).trim()).toBe("1");
});

/** Runs a line of the seed against this stack's ports. */
async function shell(line: string): Promise<string> {
  const { ports, cwd } = stack;
  const own = line
    .replaceAll(":6101", `:${ports.hmi}`)
    .replaceAll(":6120", `:${ports.gateway}`)
    .replaceAll(":11434", `:${ports.engine}`);
  return (await execa("bash", ["-c", own], { cwd })).stdout;
}

function has(program: string, ...args: string[]): boolean {
  try {
    execFileSync(program, args.length === 0 ? ["--version"] : args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
