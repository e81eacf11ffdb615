import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { LadderReport } from "../../src/doctor/run-doctor.ts";
import { startStandIn } from "../../src/services/stand-in-engine/start-stand-in.ts";
import { brokenIn, examineUrls, type PatientUrls, rungOf } from "../support/doctor.ts";
import {
  launchPythonGateway,
  launchPythonHmi,
  PYTHON_SERVICES,
  startPythonHmi,
  whyNoPython,
} from "../support/python.ts";
import { tempFolder } from "../support/temp.ts";

const missing = await whyNoPython();
if (missing !== undefined) test("the seeds' services in Python", ({ skip }) => skip(missing));

const HEARTBEAT = { heartbeat_ms: 100 };

describe.runIf(missing === undefined)("the seeds' services in Python", () => {
  let urls: PatientUrls;
  let report: LadderReport;

  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), "stack-test-"));
    const engine = await startStandIn({ tokenDelayMs: 0 });
    const gateway = await launchPythonGateway({ engineUrl: engine.url });
    const hmi = await launchPythonHmi({ gatewayUrl: gateway.url, database: join(folder, "chat.db") });
    urls = { hmi: hmi.url, gateway: gateway.url, engine: engine.url };
    report = await examineUrls(urls, { slow: true, stream: HEARTBEAT });
    return async () => {
      await Promise.all([hmi, gateway, engine].map((service) => service.close()));
      rmSync(folder, { recursive: true });
    };
  });

  test("each of the seeds' gaps is named, and nothing else", () => {
    expect(brokenIn(report)).toEqual({
      "gateway/resume": "resume_missing",
      "gateway/cancel": "cancel_missing",
      "gateway/heartbeat": "no_heartbeat",
      "hmi/page": "page_cacheable",
      "hmi/scripts": "script_cacheable",
      "hmi/reply": "wrong_default_model",
    });
    expect(report.left_behind).toEqual([]);
  });

  test.each([
    ["gateway/resume", "GET /chat/stream/{session_id} answers 501"],
    ["gateway/cancel", "POST /chat/{session_id}/cancel answers 404"],
    ["hmi/page", "browsers may keep the page /llm: no Cache-Control"],
    ["hmi/scripts", "browsers keep /static/llm.js (Cache-Control: "],
    ["hmi/reply", 'a message without a model was asked of "Claude Sonnet 4", which the engine does not have'],
  ])("%s is told in words, with a next step", (id, found) => {
    const { text, problem } = rungOf(report, id);
    expect(text).toContain(found);
    expect(problem?.next).toMatch(/^(?:stack verify .+ --engine http:.+|grep -rn 'Claude Sonnet 4' \/.+)$/);
  });

  test("the folder to search for the default model is the HMI's", () => {
    expect(rungOf(report, "hmi/reply").problem?.next).toBe(`grep -rn 'Claude Sonnet 4' ${PYTHON_SERVICES}`);
  });

  test("with another default model a message gets through, and BUG-016 is told where it is", async () => {
    const healthy = { gatewayUrl: urls.gateway, defaultModel: "llama3.1:8b" };
    const fixed = await startPythonHmi({ ...healthy, database: join(tempFolder(), "chat.db") });
    const broken = await startPythonHmi({
      ...healthy,
      database: join(tempFolder(), "chat.db"),
      bug016: true,
    });
    const [good, bad] = [
      await examineUrls({ ...urls, hmi: fixed.url }),
      await examineUrls({ ...urls, hmi: broken.url }),
    ];
    expect(brokenIn(good)).not.toHaveProperty("hmi/reply");
    expect(rungOf(good, "hmi/general-stream").status).toBe("holds");
    expect(rungOf(good, "hmi/cancel")).toMatchObject({ status: "not_tried", waits_for: "gateway/cancel" });
    expect(rungOf(bad, "hmi/general-stream").problem).toMatchObject({
      code: "reply_not_saved",
      cause: expect.stringContaining("BUG-016"),
      next: "stack verify source --root backend",
    });
    expect([good.left_behind, bad.left_behind]).toEqual([[], []]);
  });
});
