import { expect, test } from "vitest";
import {
  type CommandShape,
  completeCommandLine,
  type ValueKind,
} from "../../src/cli/complete-command-line.ts";

const GLOBAL = {
  json: { name: "json", type: "boolean" },
  config: { name: "config", type: "option", description: "The configuration file.\nSecond line." },
} as const;

const COMMANDS: readonly CommandShape[] = [
  { id: "complete", hidden: true, flags: {} },
  { id: "report:merge", summary: "Merge reports.", flags: {} },
  { id: "status", summary: "Show each service.", flags: GLOBAL },
  { id: "events", flags: { service: { name: "service", type: "option" } } },
  { id: "logs", flags: {} },
  { id: "prove", flags: { target: { name: "target", type: "boolean" } } },
  {
    id: "up",
    flags: {
      ...GLOBAL,
      adopt: { name: "adopt", type: "option", multiple: true },
      detach: { name: "detach", char: "d", type: "boolean" },
      replace: { name: "replace", type: "option", multiple: true },
    },
  },
  {
    id: "verify",
    flags: {
      ...GLOBAL,
      contract: { name: "contract", type: "option", options: ["ours", "seeds"] },
      fault: { name: "fault", type: "option" },
      report: { name: "report", type: "option", multiple: true },
    },
  },
  { id: "verify:source", flags: {} },
];

const VALUES: Readonly<Record<ValueKind, readonly string[]>> = {
  service: ["engine", "gateway", "hmi"],
  suite: ["cancel", "sse"],
  logged: ["gateway", "supervisor"],
  fault: ["done-missing", "none"],
  "wire-fault": ["done-missing"],
  report: ["html", "junit"],
  export: ["compose"],
  shell: ["bash"],
};

test.each([
  ["", ["report", "status", "events", "logs", "prove", "up", "verify"]],
  ["st", ["status"]],
  ["comp", []],
  ["report ", ["merge"]],
  ["unknown ", []],
])("stack %s| is completed by commands: %s", async (line, words) => {
  expect(await wordsAt(line)).toEqual(words);
});

test.each([
  ["status -", ["--json", "--config", "--help"]],
  ["status --json --", ["--config", "--help"]],
  ["up --d", ["--detach"]],
  ["up -d --d", []],
  ["verify --report html=a --rep", ["--report"]],
])("stack %s| is completed by flags: %s", async (line, words) => {
  expect(await wordsAt(line)).toEqual(words);
});

test.each([
  ["up ", ["engine", "gateway", "hmi"]],
  ["up gateway ", ["engine", "hmi"]],
  ["up --detach g", ["gateway"]],
  ["verify ", ["source", "cancel", "sse"]],
  ["verify sse ", ["cancel"]],
  ["up --adopt ", ["engine", "gateway", "hmi"]],
  ["up --adopt=", ["--adopt=engine", "--adopt=gateway", "--adopt=hmi"]],
  ["up --replace h", ["hmi"]],
  ["events ", []],
  ["events --service g", ["gateway"]],
  ["logs gateway ", ["supervisor"]],
  ["prove ", ["done-missing", "none"]],
  ["prove --target ", ["done-missing"]],
  ["verify --fault ", ["done-missing", "none"]],
  ["verify --fault done-missing s", ["sse"]],
  ["verify --contract s", ["seeds"]],
  ["verify --contract=s", ["--contract=seeds"]],
  ["verify --report ", ["html=", "junit="]],
  ["verify --report=j", ["--report=junit="]],
  ["verify --config ", []],
])("stack %s| is completed by values: %s", async (line, words) => {
  expect(await wordsAt(line)).toEqual(words);
});

test("only the values that are asked for are looked up", async () => {
  const asked: ValueKind[] = [];
  const valuesOf = async (kind: ValueKind) => {
    asked.push(kind);
    return VALUES[kind];
  };
  await completeCommandLine(["status", "--"], COMMANDS, valuesOf);
  expect(asked).toEqual([]);
  await completeCommandLine(["up", ""], COMMANDS, valuesOf);
  expect(asked).toEqual(["service"]);
});

test("a candidate has the first line of its meaning", async () => {
  const [config] = await completeCommandLine(["status", "--c"], COMMANDS, async () => []);
  expect(config).toEqual({ word: "--config", meaning: "The configuration file." });
});

async function wordsAt(line: string): Promise<string[]> {
  const candidates = await completeCommandLine(line.split(" "), COMMANDS, async (kind) => VALUES[kind]);
  return candidates.map(({ word }) => word);
}
