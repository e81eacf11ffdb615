import type { Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";

/** Makes what whoever is asked has compressed readable as it arrives, not only at its end. */
export function uncompressedBody(body: Readable, encoding = ""): AsyncIterable<Buffer> {
  const make = DECOMPRESSORS[encoding.trim().toLowerCase()];
  if (make === undefined) return body;
  const plain = make();
  body.once("error", (error) => plain.destroy(error));
  return body.pipe(plain);
}

const DECOMPRESSORS: Readonly<Record<string, () => ReturnType<typeof createGunzip>>> = {
  gzip: createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};
