import { DEFAULT_CONFIG } from "../../src/config/default-config.ts";
import type { ForeignContract } from "../../src/contract/foreign-back-end.ts";
import type { RunReport } from "../../src/harness/run-report.ts";
import { verify } from "../../src/verify/verify-stack.ts";

/** A back end that is none of ours, before an engine whose record can be seen. */
export interface JudgedBackEnd {
  readonly url: string;
  readonly engine: string;
  readonly wire: NonNullable<ForeignContract["wire"]>;
}

/** What is found of it by the claims of these suites that are meant. */
export async function judgeBackEnd(
  { url, engine, wire }: JudgedBackEnd,
  suite: readonly string[],
  grep: RegExp,
): Promise<RunReport> {
  const contract = { ...DEFAULT_CONFIG.contract, driver: "described", wire };
  const settings = { heartbeatMs: 300 };
  const target = { hmi: url, gateway: "http://127.0.0.1:9", engine, contract, settings };
  return await verify({ suite, grep, target });
}

/** The claims with this verdict. */
export function idsWith({ results }: RunReport, verdict: string): string[] {
  return results.filter(({ outcome }) => outcome.verdict === verdict).map(({ id }) => id);
}
