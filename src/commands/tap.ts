import { once } from "node:events";
import { Flags } from "@oclif/core";
import { BaseCommand } from "../cli/base-command.ts";
import { openRecordFile } from "../cli/json-lines-file.ts";
import { parseListenAddress } from "../cli/listen-address.ts";
import { parseServiceUrl } from "../cli/service-url.ts";
import { isLoopback } from "../contract/address.ts";
import { messageOf } from "../errors/thrown-error.ts";
import { UserError } from "../errors/user-error.ts";
import type { RecordedExchange } from "../tap/recorded-exchange.ts";
import { type Tap as RunningTap, startTap, type TapOptions } from "../tap/start-tap.ts";
import { paint, styled } from "../text/styled-text.ts";

interface TapOutput {
  readonly type: "summary";
  readonly url: string;
  readonly to: string;
  readonly requests: number;
  /** How many ended how. */
  readonly ended: Readonly<Record<string, number>>;
}

export default class Tap extends BaseCommand {
  static override summary = "Stand between two services, pass everything on, and show what passes.";
  static override description =
    `For the way between a gateway and its engine, or between an HMI and its gateway, of any stack: point the
one that calls at the tap. Nothing is changed, bodies stream as they come, and whoever leaves is left at
the other end too. \`stack verify --engine <the tap's URL>\` then sees what reaches a real engine,
by Ollama's wire or by OpenAI's.

--json prints a line of JSON when it listens, one for each request as it ends, and one at the end.`;
  static override examples = [
    "<%= config.bin %> tap --to http://127.0.0.1:11434",
    "<%= config.bin %> tap --to http://127.0.0.1:11434 --listen 127.0.0.1:11435 --record engine.jsonl",
  ];
  static override flags = {
    to: Flags.string({
      description: "Where everything is passed on to.",
      helpValue: "URL",
      required: true,
    }),
    listen: Flags.string({
      description:
        "Where to listen; port 0 takes a free one. Others than this machine reach it only if told here.",
      helpValue: "HOST:PORT",
      default: "127.0.0.1:0",
    }),
    record: Flags.string({
      description:
        "Add each exchange, with its bodies, to this file as a line of JSON; only its owner may read it.",
      helpValue: "FILE",
    }),
  };

  async run(): Promise<TapOutput> {
    const { flags } = await this.parse(Tap);
    const signal = this.interruptSignal();
    const upstream = parsePlainUrl(flags.to);
    const address = parseListenAddress(flags.listen);
    const record = flags.record === undefined ? undefined : openRecordFile(flags.record);
    const ended: Record<string, number> = {};
    const end = new AbortController();
    const onEnded = (exchange: RecordedExchange): void => {
      ended[exchange.ended] = (ended[exchange.ended] ?? 0) + 1;
      this.#show(exchange);
      try {
        record?.add(exchange);
      } catch (error) {
        end.abort(error);
      }
    };
    const { auth, http } = await this.loadConfig(flags.config);
    const access = { allowedHosts: http.allowed_hosts, token: auth.token };
    const tap = await listen({ upstream, ...address, ...access, onEnded });
    this.#announce(tap.url, upstream);
    if (!isLoopback(address.host) && auth.token === "")
      this.screen.line(
        styled`  ${paint("warn", "!")} Other machines reach it, and may read what passed: set auth.token, or --listen to a loopback address.`,
        4,
      );
    await aborted(AbortSignal.any([signal, end.signal]));
    await tap.close();
    record?.close();
    end.signal.throwIfAborted();
    const requests = Object.values(ended).reduce((sum, count) => sum + count, 0);
    const how = Object.entries(ended).map(([name, count]) => `${count} ${name}`);
    this.screen.line();
    this.screen.line(`  Requests: ${requests}${requests === 0 ? "" : ` (${how.join(", ")})`}.`);
    return { type: "summary", url: tap.url, to: upstream, requests, ended };
  }

  #announce(url: string, to: string): void {
    if (this.jsonEnabled()) this.jsonLine({ type: "listening", url, to });
    this.screen.line(`  Listening at ${url}, passing everything on to ${to}.`, 2);
    this.screen.line(`  Point at it what calls ${to}: a gateway (engine.url of stack), or an HMI.`, 2);
    this.screen.line(`  In front of an engine: stack verify --engine ${url}`, 2);
    this.screen.line("  Ctrl-C ends it.");
    this.screen.line();
  }

  #show({ id, method, path, status, ended, began_ms, ended_ms, request, response }: RecordedExchange): void {
    const duration_ms = Math.round((ended_ms ?? began_ms) - began_ms);
    const sizes = { request_bytes: request.bytes, response_bytes: response.bytes };
    const shown = { type: "exchange", id, method, path, status, ended, duration_ms, ...sizes };
    if (this.jsonEnabled()) this.jsonLine(shown);
    const how = paint(ended === "complete" ? "good" : "bad", ended);
    this.screen.line(styled`  ${method} ${path}  ${status ?? "-"}  ${how}  ${duration_ms} ms`, 4);
  }

  protected override logJson(json: unknown): void {
    this.jsonLine(json);
  }
}

/** A tap reads what it passes on, so that it is no end of an encrypted connection. */
function parsePlainUrl(text: string): string {
  const url = parseServiceUrl(text);
  if (url.startsWith("http:")) return url;
  throw new UserError("bad_url", `A tap passes on plain HTTP; "${text}" is not that.`, {
    hint: "For example: http://127.0.0.1:11434",
  });
}

async function listen(options: TapOptions): Promise<RunningTap> {
  try {
    return await startTap(options);
  } catch (error) {
    throw new UserError("port_taken", `The tap cannot listen: ${messageOf(error)}.`, {
      hint: "Choose another address with --listen; port 0 takes a free one.",
      cause: error,
    });
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, "abort");
}
