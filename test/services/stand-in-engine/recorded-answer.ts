/** A recorded answer, read as HTTP: what can be compared of it. */
export interface RecordedAnswer {
  readonly status: number;
  readonly reason: string;
  /** By lower-case name, in alphabetical order; each with all its values. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  /** Without the framing of HTTP. */
  readonly body: string;
}

/** Reads the bytes of an answer. Throws where they are not one whole HTTP answer. */
export function readAnswer(bytes: Buffer): RecordedAnswer {
  const end = bytes.indexOf("\r\n\r\n");
  const [statusLine = "", ...lines] = bytes.subarray(0, end).toString("latin1").split("\r\n");
  const [, status, reason = ""] = /^HTTP\/1\.1 (\d{3}) (.*)$/.exec(statusLine) ?? [];
  if (end === -1 || status === undefined) throw new Error(`no HTTP answer: ${statusLine}`);
  const headers: Record<string, string[]> = {};
  for (const line of lines.sort()) {
    const [name = "", value = ""] = line.split(/:\s*(.*)/, 2);
    headers[name.toLowerCase()] = [...(headers[name.toLowerCase()] ?? []), value];
  }
  const rest = bytes.subarray(end + 4);
  const isChunked = headers["transfer-encoding"]?.includes("chunked") ?? false;
  const body = (isChunked ? withoutChunks(rest) : rest).toString("utf8");
  return { status: Number(status), reason, headers: sorted(headers), body };
}

function withoutChunks(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = bytes.indexOf("\r\n", at);
    const size = Number.parseInt(bytes.subarray(at, lineEnd).toString("latin1"), 16);
    if (lineEnd === -1 || Number.isNaN(size)) throw new Error("the last chunk is missing");
    if (size === 0) return Buffer.concat(parts);
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
}

function sorted<Value>(map: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
}
