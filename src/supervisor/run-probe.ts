import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import type { Address } from "../contract/address.ts";
import { messageOf, nodeErrorCode } from "../errors/thrown-error.ts";
import { compilePattern } from "../text/linear-pattern.ts";
import { mismatchOf } from "./json-pattern.ts";
import { whyNotRun } from "./not-runnable.ts";
import type { RunLog } from "./search-run-log.ts";
import { withoutSecrets } from "./secret-variables.ts";
import type {
  CommandProbe,
  HttpProbe,
  LogProbe,
  Probe,
  Question,
  ServiceSpec,
  TcpProbe,
} from "./service-spec.ts";

/** The answer to one probe. */
export interface ProbeResult {
  readonly ok: boolean;
  /** HTTP status, if there was an answer. */
  readonly status?: number;
  /** The first 64 KiB of the HTTP answer's body. */
  readonly body?: string;
  /** Why it is not ok, as the end of a sentence. */
  readonly error?: string;
  readonly latencyMs: number;
}

/** Whom a probe is put to; a {@link ServiceSpec} is one. */
export interface ProbeTarget {
  readonly address?: Address;
  /** What the present run has written; without it no line of a log is ever found. */
  readonly runLog?: RunLog;
  /** Of the service: what a command that asks after it is run with. This process's own if absent. */
  readonly environment?: NodeJS.ProcessEnv | undefined;
}

/** Puts a probe to a service once; never throws. An abort by `signal` ends it as a bad answer. */
export async function probe(
  target: ProbeTarget,
  question: Probe,
  signal: AbortSignal = NEVER,
): Promise<ProbeResult> {
  // Not by performance.now(), whose first call loads Node's whole performance API: 2 ms of every `stack status`.
  const started = process.hrtime.bigint();
  const answer = await ask(target, question, signal).catch((error) => ({
    ok: false,
    error: plainWords(error, question),
  }));
  return { ...answer, latencyMs: Math.round(Number(process.hrtime.bigint() - started) / 1e6) };
}

/**
 * What a service can be asked at any time. A line of its log tells that it has become ready, and nothing about now:
 * such a service is asked whether it is alive, if it has a probe for that.
 */
export function questionNow({ ready, live }: Pick<ServiceSpec, "ready" | "live">): Question | undefined {
  return ready.kind === "log" || ready.kind === "exit" ? live?.probe : ready;
}

/** What a probe asks for, to be named in a message: `GET http://127.0.0.1:6101/health`. */
export function describeProbe({ address }: ProbeTarget, question: Probe): string {
  const host = address?.host.includes(":") ? `[${address.host}]` : address?.host;
  switch (question.kind) {
    case "http":
      return `GET http://${host}:${address?.port}${question.path}`;
    case "tcp":
      return `a connection to ${host}:${address?.port}`;
    case "log":
      return `a line of its log like /${question.pattern}/`;
    case "command":
      return [question.command.file, ...question.command.args].join(" ");
    case "exit":
      return "an exit with code 0";
  }
}

type Answer = Omit<ProbeResult, "latencyMs">;

const NEVER = new AbortController().signal;

async function ask(target: ProbeTarget, question: Probe, signal: AbortSignal): Promise<Answer> {
  signal.throwIfAborted();
  switch (question.kind) {
    case "http":
      return await askHttp(addressOf(target), question, signal);
    case "tcp":
      return await askTcp(addressOf(target), question, signal);
    case "log":
      return await askLog(target, question, signal);
    case "command":
      return await askCommand(target, question, signal);
    case "exit":
      return { ok: false, error: "it has not ended" };
  }
}

function addressOf({ address }: ProbeTarget): Address {
  if (address === undefined) throw new Error("it has no address to be asked at");
  return address;
}

/**
 * By node:http and without an agent: the probe is on the start-up path of short commands, where a client
 * library costs more than the question.
 */
async function askHttp(address: Address, question: HttpProbe, signal: AbortSignal): Promise<Answer> {
  const { path, headers = {}, timeoutMs } = question;
  const late = AbortSignal.timeout(timeoutMs);
  const over = AbortSignal.any([signal, late]);
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const options = { ...address, path, headers, agent: false, signal: over };
      request(options, resolve).on("error", reject).end();
    });
    const status = response.statusCode ?? 0;
    const body = await bodyOf(response);
    const trouble = judge(status, body, question);
    return { ok: trouble === undefined, status, body, ...(trouble === undefined ? {} : { error: trouble }) };
  } catch (error) {
    throw late.aborted ? lateError(timeoutMs) : error;
  }
}

/** The most of a body that is read. */
const MOST_BODY_CHARS = 64 * 1024;

/** The body as far as it came: one that has no end, as that of a stream, is judged by its beginning. */
async function bodyOf(response: IncomingMessage): Promise<string> {
  let text = "";
  try {
    for await (const chunk of response.setEncoding("utf8")) {
      text += chunk;
      if (text.length >= MOST_BODY_CHARS) break;
    }
  } catch {
    // Out of time, or cut off.
  } finally {
    response.destroy();
  }
  return text;
}

function judge(status: number, body: string, { status: wanted, json }: HttpProbe): string | undefined {
  const isGood = wanted === undefined ? status >= 200 && status <= 299 : status === wanted;
  if (!isGood) return `not ready (status ${status})`;
  if (json === undefined) return undefined;
  const value = parse(body);
  const mismatch = value === undefined ? "its answer is not JSON" : mismatchOf(value, json);
  return mismatch && `not ready (status ${status}, but ${mismatch})`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function askTcp(address: Address, { timeoutMs }: TcpProbe, signal: AbortSignal): Promise<Answer> {
  const late = AbortSignal.timeout(timeoutMs);
  const socket = connect({ ...address });
  try {
    await once(socket, "connect", { signal: AbortSignal.any([signal, late]) });
    return { ok: true };
  } catch (error) {
    throw late.aborted ? lateError(timeoutMs) : error;
  } finally {
    // What comes after an abort has no reader.
    socket.on("error", () => undefined).destroy();
  }
}

async function askLog({ runLog }: ProbeTarget, { pattern }: LogProbe, signal: AbortSignal): Promise<Answer> {
  const found = (await runLog?.has(await compilePattern(pattern), signal)) ?? false;
  return found ? { ok: true } : { ok: false, error: "no such line yet" };
}

/** The command leads a group of its own, so that it is killed with all that it started. */
async function askCommand(
  { environment = process.env }: ProbeTarget,
  { command, timeoutMs }: CommandProbe,
  signal: AbortSignal,
): Promise<Answer> {
  // Loaded here, because an import would cost every short command 2 ms.
  const { spawn } = await import("node:child_process");
  // Nobody is told again of an abort that came meanwhile.
  signal.throwIfAborted();
  const { file, args, cwd, env } = command;
  const child = spawn(file, args, {
    cwd,
    env: { ...withoutSecrets(environment), ...env },
    detached: true,
    stdio: "ignore",
  });
  const late = AbortSignal.timeout(timeoutMs);
  const over = AbortSignal.any([signal, late]);
  const { pid } = child;
  // Before its exit is told, its pid is nobody else's: the kernel keeps it until it has been waited for.
  const kill = () => pid === undefined || process.kill(-pid, "SIGKILL");
  over.addEventListener("abort", kill);
  try {
    const [code, killedBy] = await once(child, "exit");
    if (code === 0) return { ok: true };
    if (late.aborted) throw lateError(timeoutMs);
    return { ok: false, error: code === null ? `it was ended by ${killedBy}` : `exit code ${code}` };
  } finally {
    over.removeEventListener("abort", kill);
  }
}

function lateError(timeoutMs: number): Error {
  return new Error(`no answer within ${timeoutMs} ms`);
}

function plainWords(error: unknown, question: Probe): string {
  const code = nodeErrorCode(error);
  if (question.kind === "command" && code !== undefined && code !== "ABORT_ERR") {
    const { trouble, advice } = whyNotRun(question.command, error);
    return advice === undefined ? `no result (${trouble})` : `no result (${trouble}. ${advice})`;
  }
  if (code === "ECONNREFUSED") return "connection refused";
  if (code === "ECONNRESET") return "connection closed without an answer";
  return messageOf(error);
}
