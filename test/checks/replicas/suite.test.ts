import { expect, test } from "vitest";
import { findSuites, verify } from "../../../src/verify/verify-stack.ts";
import { NO_POSTGRESQL } from "../../support/postgresql.ts";
import { query, useTestServer } from "../../support/postgresql-test-store.ts";
import { startBehindOneAddress } from "../../support/start-replicas.ts";

const server = NO_POSTGRESQL === undefined ? useTestServer() : undefined;

test.skipIf(server === undefined)(
  "every claim holds of three copies in this process, and again of its saved evidence; their database is gone after that",
  async () => {
    const postgresql = (await server?.()) ?? "";
    const report = await verify({ suite: "replicas", target: "in-process", postgresql });
    expect(report.results.filter(({ outcome }) => outcome.verdict !== "holds")).toEqual([]);
    expect(report.left_behind).toEqual([]);
    const checks = findSuites("replicas").flatMap((suite) => suite.checks);
    for (const { id, evidence, outcome } of report.results) {
      const saved = JSON.parse(JSON.stringify(evidence));
      expect(checks.find((check) => check.id === id)?.judge(saved as never)).toEqual(outcome);
    }
    expect(
      await query(postgresql, "SELECT datname FROM pg_database WHERE datname LIKE 'stack_verify_%'"),
    ).toEqual([]);
  },
  60_000,
);

test.skipIf(server === undefined)(
  "every claim but that of a drain holds of three copies behind one address, which no one is named of",
  async () => {
    const storeUrl = (await server?.()) ?? "";
    const { hmi, gateway, engine } = await startBehindOneAddress({ storeUrl, stream: { heartbeat_ms: 150 } });
    const target = { hmi, gateway, engine, settings: { heartbeatMs: 150 } };
    const { results, left_behind } = await verify({ suite: "replicas", target });
    const others = results.filter(({ outcome }) => outcome.verdict !== "holds");
    expect(others.map(({ id, outcome }) => [id, outcome])).toEqual([
      ["replicas/drain", { verdict: "skipped", reason: expect.stringMatching(/--in-process/) }],
    ]);
    expect(left_behind).toEqual([]);
  },
  60_000,
);

test("without a PostgreSQL the suite is skipped, and says what would supply it", async () => {
  const { results, counts } = await verify({ suite: "replicas", target: "in-process" });
  expect(counts).toMatchObject({ skipped: results.length, holds: 0, broken: 0, could_not_run: 0 });
  for (const { outcome } of results)
    expect(outcome).toMatchObject({ reason: expect.stringMatching(/--postgresql/) });
});
