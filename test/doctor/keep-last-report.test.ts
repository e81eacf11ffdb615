import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { DEFAULT_CONFIG } from "../../src/config/default-config.ts";
import { LAST_DOCTOR_FILE, type LadderReport, LastDoctorReport } from "../../src/contract/doctor-report.ts";
import { keepLastReport } from "../../src/doctor/keep-last-report.ts";
import { tempFolder } from "../support/temp.ts";

test("tokens, keys and passwords that a service repeats are not kept", () => {
  const folder = tempFolder();
  const config = {
    ...DEFAULT_CONFIG,
    auth: { ...DEFAULT_CONFIG.auth, token: "t0ken-of-ours", users: { ada: "l0velace" } },
    engine: { ...DEFAULT_CONFIG.engine, api_key: "sk-of-the-engine" },
    state: { dir: folder },
  };
  keepLastReport(config, {
    ...LADDER,
    engine: "http://sam:pa55@127.0.0.1:1",
    rungs: [
      {
        id: "engine/answers",
        service: "engine",
        name: "answer",
        status: "broken",
        text: "401 no such key: sk-of-the-engine, at http://127.0.0.1:1/?key=abcdef",
        took_ms: 3,
        waits_for: null,
        problem: {
          code: "x",
          cause: "not t0ken-of-ours, nor l0velace",
          next: "curl http://sam:pa55@127.0.0.1:1/",
        },
      },
    ],
  });
  const text = readFileSync(join(folder, LAST_DOCTOR_FILE), "utf8");
  expect(text).not.toMatch(/t0ken|l0velace|sk-of|pa55|abcdef/);
  expect(LastDoctorReport.parse(JSON.parse(text))).toMatchObject({
    engine: "http://…@127.0.0.1:1",
    rungs: [{ text: "401 no such key: …, at http://127.0.0.1:1/?key=…" }],
  });
});

test("where it cannot be kept, the doctor has spoken all the same", () => {
  const folder = tempFolder({ file: "" });
  keepLastReport({ ...DEFAULT_CONFIG, state: { dir: join(folder, "file") } }, LADDER);
  expect(readFileSync(join(folder, "file"), "utf8")).toBe("");
});

const LADDER: LadderReport = {
  ok: false,
  hmi: null,
  gateway: null,
  engine: null,
  model: "llama3.1:8b",
  configured_model: "llama3.1:8b",
  rungs: [],
  took_ms: 3,
  warnings: [],
  not_judged: [],
  left_behind: [],
};
