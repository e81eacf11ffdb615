import type { SeenCall, SeenChunk, SeenStream } from "../../http-client.ts";
import { BufferedFacts } from "../buffered-facts.ts";
import type { Reading, ReadOptions } from "../chat-client.ts";
import type { TimedFact } from "../reply-facts.ts";
import { connectSocketIo } from "../socket-io-connection.ts";
import { openWebuiEventReader, replyOfEvent } from "./open-webui-events.ts";

/** Listens for one reply, on a connection of its own. */
export interface OpenWebuiListener {
  /** What the message has to name, so that its reply comes here. */
  readonly sid: string | null;
  /** Reads what has come, and what comes; times count from when it began to listen, and `call` is what began the reply. */
  read(call: SeenCall, options: ReadOptions): Reading;
  /** Of a message that was not taken. */
  close(): void;
}

/**
 * Connects as the page does, and keeps what is told of this reply. It hangs up once that has ended: a connection that
 * stays would keep the process.
 */
export async function listenForReply(
  url: string,
  token: string,
  reply: string,
  signal: AbortSignal,
): Promise<OpenWebuiListener> {
  const chunks: SeenChunk[] = [];
  const facts: TimedFact[] = [];
  const early = new BufferedFacts();
  const left = new AbortController();
  const until = AbortSignal.any([signal, left.signal]);
  const readEvent = openWebuiEventReader();
  let start = performance.now();
  let isOver = false;
  const onEvent = (name: string, [event]: readonly unknown[], frame: string): void => {
    if (name !== "events" || replyOfEvent(event) !== reply || isOver) return;
    const at_ms = since(start);
    chunks.push({ at_ms, latin1: Buffer.from(frame).toString("latin1") });
    for (const fact of readEvent(event)) {
      facts.push({ ...fact, at_ms });
      early.take({ ...fact, at_ms });
      isOver ||= fact.kind === "done";
    }
    if (isOver) socket.close();
  };
  const socket = await connectSocketIo({ url, path: SOCKET_PATH, auth: { token }, signal: until, onEvent });
  start = performance.now();
  return {
    sid: socket.sid,
    close: socket.close,
    read({ request, sent_at, status, headers }, options) {
      const ended = socket.closed.then((): SeenStream => {
        const given = until.aborted ? "given-up" : "cut";
        return {
          kind: "stream",
          ...{
            request,
            sent_at,
            status,
            headers,
            content_type: "",
            chunks,
            events: [],
            facts,
            comments_ms: [],
          },
          ...{ body: null, end: isOver ? "closed" : given, duration_ms: since(start) },
        };
      });
      return early.reading(ended, left, options);
    },
  };
}

const SOCKET_PATH = "/ws/socket.io/";

function since(start: number): number {
  return Math.round((performance.now() - start) * 100) / 100;
}
