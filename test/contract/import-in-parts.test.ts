import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ImportReport } from "../../src/contract/chat-export.ts";
import { type ImportSource, importInParts } from "../../src/contract/import-in-parts.ts";
import { anyExport } from "../support/exported-conversations.ts";

/** A file that comes in pieces of this many characters. */
function sourceOf(text: string, pieceChars: number): ImportSource {
  return {
    size: Buffer.byteLength(text),
    async *read() {
      for (let at = 0; at < text.length; at += pieceChars) yield text.slice(at, at + pieceChars);
    },
  };
}

/** Sends a file in parts of this length; gives what was sent, parsed, and what was told. */
async function sent(text: string, partChars: number, pieceChars = 1000) {
  // biome-ignore lint/suspicious/noExplicitAny: a test says by its expectations what the shape is.
  const bodies: any[] = [];
  const shares: number[] = [];
  const report = await importInParts(sourceOf(text, pieceChars), {
    partChars,
    send: async (body) => {
      bodies.push(JSON.parse(body));
      return reportOf(bodies.at(-1));
    },
    onProgress: (share) => shares.push(share),
  });
  return { bodies, shares, report };
}

/** As of a file whose first conversation is refused, and whose only profile too. */
function reportOf(body: { conversations?: unknown[] } | unknown[]): ImportReport {
  const list = Array.isArray(body) ? body : (body.conversations ?? []);
  const place = Array.isArray(body) ? "0" : "conversations.0";
  const remark = { title: null, reason: "because" };
  return {
    status: "ok",
    format: "chat-stack",
    conversations: { imported: list.length - 1, already_there: 0, refused: 1 },
    profiles: { imported: 0, already_there: 0, refused: 1 },
    refused: [
      { place: "profiles.0", ...remark },
      { place, ...remark },
    ],
    notes: [],
  };
}

test("whatever is in a file, and however it is cut, its parts have each of its conversations once, in order", async () => {
  await fc.assert(
    fc.asyncProperty(
      anyExport,
      fc.integer({ min: 1, max: 3000 }),
      fc.integer({ min: 1, max: 400 }),
      fc.constantFrom(undefined, 2),
      async (file, partChars, pieceChars, indent) => {
        const { bodies } = await sent(JSON.stringify(file, null, indent), partChars, pieceChars);
        expect(bodies.flatMap((body) => body.conversations)).toEqual(file.conversations);
        for (const body of bodies)
          expect({ ...body, conversations: [] }).toEqual({ ...file, conversations: [] });
      },
    ),
    { numRuns: 60 },
  );
});

const CHATS = Array.from({ length: 5 }, (_, at) => ({
  id: at,
  text: `],"conversations":[${at}\\" `.repeat(20),
}));

/** Room for two of them. */
const TWO = 2.5 * JSON.stringify(CHATS[0]).length;

describe("a large file", () => {
  test("is sent in parts, whose reports are told as one: places are those of the file, profiles are told once", async () => {
    const { bodies, shares, report } = await sent(JSON.stringify({ v: 1, conversations: CHATS }), TWO);
    expect(bodies.map((body) => body.conversations.length)).toEqual([2, 2, 1]);
    expect(report.conversations).toEqual({ imported: 2, already_there: 0, refused: 3 });
    expect(report.profiles.refused).toBe(1);
    expect(report.refused.map(({ place }) => place)).toEqual([
      "profiles.0",
      "conversations.0",
      "conversations.2",
      "conversations.4",
    ]);
    expect(shares.at(-1)).toBe(1);
    expect(shares).toEqual(shares.toSorted((one, other) => one - other));
  });

  test("may be a list, and may have its list before what it says of itself", async () => {
    const list = await sent(JSON.stringify(CHATS), TWO);
    expect(list.bodies).toEqual([CHATS.slice(0, 2), CHATS.slice(2, 4), CHATS.slice(4)]);
    expect(list.report.refused.map(({ place }) => place)).toEqual(["profiles.0", "0", "2", "4"]);
    const last = await sent(
      JSON.stringify({ conversations: CHATS, format: "x", other: [1, { conversations: [] }] }),
      TWO,
    );
    expect(last.bodies.map(({ conversations: _, ...rest }) => rest)).toEqual(
      Array.from({ length: 3 }, () => ({ format: "x", other: [1, { conversations: [] }] })),
    );
  });

  test("that is no list of conversations is sent as it is, and judged by who knows the kinds of files", async () => {
    const file = { a: "x".repeat(2000) };
    expect((await sent(JSON.stringify(file), 1000)).bodies).toEqual([file]);
    expect(
      (await sent(JSON.stringify({ conversations: [], a: "x".repeat(2000) }), 1000)).bodies,
    ).toHaveLength(1);
  });
});
