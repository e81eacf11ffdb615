import { type ClientRequest, type IncomingMessage, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import type { OpenExchange } from "./exchange-recorder.ts";
import type { TappedText } from "./tap-rewrite.ts";
import { WebSocketFrames } from "./web-socket-frames.ts";

/** One WebSocket, on whose two ends what comes is passed on to the other. */
export interface TappedWebSocket {
  /** Drops both ends. */
  close(): void;
}

/**
 * Passes a WebSocket on, byte by byte, and writes down the texts in its frames, one a chunk.
 *
 * @param handshake the request to the upstream, not yet ended
 * @param early what the client has sent already behind its own request
 * @param losesText whether a text does not pass; left out, all bytes pass as they come
 */
export function tapWebSocket(
  handshake: ClientRequest,
  client: Duplex,
  early: Buffer,
  entry: OpenExchange,
  losesText?: (from: TappedText["from"], text: string) => boolean,
): TappedWebSocket {
  const ends = new Set<Duplex>([client]);
  const drop = (): void => {
    for (const end of ends) end.destroy();
  };
  const finish = (how: Parameters<OpenExchange["ended"]>[0]): void => {
    entry.ended(how);
    drop();
  };
  client
    .on("error", () => undefined)
    .on("close", () => {
      handshake.destroy();
      finish("client-left");
    });
  handshake
    .on("upgrade", (answer: IncomingMessage, upstream: Duplex, first: Buffer) => {
      ends.add(upstream);
      entry.answered(101, answer.headers);
      client.write(headOf(answer));
      const [fromClient, fromUpstream] = (["request", "response"] as const).map((direction) => {
        const from = direction === "request" ? "client" : "upstream";
        const loses = losesText && ((text: Buffer) => losesText(from, text.toString()));
        return new WebSocketFrames((text) => entry.passed(direction, text), loses);
      });
      const isClosing = (): boolean => fromClient?.isClosing === true || fromUpstream?.isClosing === true;
      const passOn = (from: Duplex, to: Duplex, frames: WebSocketFrames | undefined, begun: Buffer): void => {
        const pass = (bytes: Buffer): void => {
          const passing = frames?.take(bytes) ?? bytes;
          if (passing.length > 0 && !to.write(passing)) from.pause();
        };
        to.on("drain", () => from.resume());
        if (begun.length > 0) pass(begun);
        from.on("data", pass).on("end", () => to.end());
      };
      upstream
        .on("error", () => undefined)
        .on("close", () => finish(isClosing() ? "complete" : "upstream-cut"));
      client.on("end", () => entry.ended(isClosing() ? "complete" : "client-left"));
      passOn(client, upstream, fromClient, early);
      passOn(upstream, client, fromUpstream, first);
    })
    .on("response", (answer) => {
      entry.answered(answer.statusCode ?? 502, answer.headers);
      client.write(headOf(answer));
      answer.on("data", (bytes: Buffer) => {
        entry.passed("response", bytes);
        client.write(bytes);
      });
      answer.on("end", () => {
        entry.ended("complete");
        client.end();
      });
      answer.on("error", () => finish("upstream-cut"));
    })
    .on("error", () => {
      entry.ended("unreachable");
      client.end("HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    })
    .end();
  return { close: drop };
}

/** The head of an answer as it came; of one that does not upgrade the body is told by its end. */
function headOf({ statusCode = 502, rawHeaders }: IncomingMessage): string {
  const pairs = rawHeaders.flatMap((name, index) =>
    index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? ""]] : [],
  );
  const kept =
    statusCode === 101
      ? pairs
      : [
          ...pairs.filter(([name = ""]) => !/^(?:connection|keep-alive|transfer-encoding)$/i.test(name)),
          ["Connection", "close"],
        ];
  const lines = [
    `HTTP/1.1 ${statusCode} ${STATUS_CODES[statusCode] ?? ""}`,
    ...kept.map((pair) => pair.join(": ")),
  ];
  return `${lines.join("\r\n")}\r\n\r\n`;
}
