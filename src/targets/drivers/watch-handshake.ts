import type { IncomingHttpHeaders } from "node:http";
import type { Dispatcher } from "undici";

/** What a server answered that did not open a WebSocket. */
export interface RefusedHandshake {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Why a WebSocket was not opened; both undefined while it may still be. */
export interface HandshakeFailure {
  answer: RefusedHandshake | undefined;
  error: Error | undefined;
}

/** This much of an answer is read, in bytes, and for this long, in milliseconds: its words are at its beginning. */
const MOST_BYTES = 64 * 1024;
const READ_MS = 2_000;

/** The smallest status of an answer that is the last one; those below announce another, or open the WebSocket. */
const FIRST_FINAL = 200;

/**
 * Notes what is answered to the call that opens a WebSocket, where that is no WebSocket: whoever opens one is only told that it
 * failed. The answer is passed on once its words were read.
 */
export function watchHandshake(failure: HandshakeFailure): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) => {
    let tellHead: (() => void) | undefined;
    let reading: NodeJS.Timeout | undefined;
    const chunks: Buffer[] = [];
    let bytes = 0;
    const note = (): void => {
      clearTimeout(reading);
      if (failure.answer === undefined) return;
      failure.answer = { ...failure.answer, text: Buffer.concat(chunks).toString("utf8") };
    };
    return dispatch(options, {
      onRequestStart: (...told) => handler.onRequestStart?.(...told),
      onRequestUpgrade: (...told) => handler.onRequestUpgrade?.(...told),
      onResponseStart(controller, status, headers, message) {
        tellHead = () => handler.onResponseStart?.(controller, status, headers, message);
        if (status < FIRST_FINAL) return tellHead();
        failure.answer = { status, headers, text: "" };
        reading = setTimeout(() => controller.abort(new Error("its answer has no end")), READ_MS);
      },
      onResponseData(controller, chunk) {
        chunks.push(chunk);
        bytes += chunk.length;
        if (bytes > MOST_BYTES) controller.abort(new Error("its answer is long"));
      },
      onResponseEnd(controller, trailers) {
        note();
        tellHead?.();
        handler.onResponseEnd?.(controller, trailers);
      },
      onResponseError(controller, error) {
        note();
        failure.error = error;
        handler.onResponseError?.(controller, error);
      },
    });
  };
}
