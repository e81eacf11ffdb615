/** The longest text that is read, in bytes: what is longer passes, and is not written down. */
const MOST_BYTES = 4 * 1024 * 1024;

const TEXT = 0x1;
const GOES_ON = 0x0;
const CLOSE = 0x8;

/** How many bytes tell the size of what follows, by the short size that stands before them. */
const SIZE_BYTES: ReadonlyMap<number, number> = new Map([
  [126, 2],
  [127, 8],
]);
const MASK_BYTES = 4;

/** Reads what passes in one direction of a WebSocket (RFC 6455), however its bytes are cut. */
export class WebSocketFrames {
  readonly #onText: (text: Buffer) => void;
  #rest: Buffer = Buffer.alloc(0);
  /** Of a text that comes in several frames; undefined between texts, and in what is no text. */
  #text: Buffer[] | undefined;
  /** Once it is no longer known where a frame begins. */
  #isLost = false;
  #isClosing = false;

  /** @param onText told of each whole text, unmasked */
  constructor(onText: (text: Buffer) => void) {
    this.#onText = onText;
  }

  /** Whether this side has said that it closes. */
  get isClosing(): boolean {
    return this.#isClosing;
  }

  take(bytes: Buffer): void {
    if (this.#isLost) return;
    this.#rest = Buffer.concat([this.#rest, bytes]);
    for (let length = this.#takeFrame(); length > 0; length = this.#takeFrame()) {
      this.#rest = this.#rest.subarray(length);
    }
    if (this.#rest.length > MOST_BYTES) this.#isLost = true;
    if (this.#isLost) this.#rest = Buffer.alloc(0);
  }

  /** Reads the frame at the beginning, and tells its length; 0 while it is not whole. */
  #takeFrame(): number {
    const bytes = this.#rest;
    if (bytes.length < 2) return 0;
    const [first = 0, second = 0] = bytes;
    const short = second & 0x7f;
    const sizeBytes = SIZE_BYTES.get(short) ?? 0;
    const maskAt = 2 + sizeBytes;
    const start = maskAt + (second & 0x80 ? MASK_BYTES : 0);
    if (bytes.length < start) return 0;
    const size = sizeBytes === 0 ? short : Number(`0x${bytes.toString("hex", 2, maskAt)}`);
    if (size > MOST_BYTES) this.#isLost = true;
    if (this.#isLost || bytes.length < start + size) return 0;
    const payload = unmasked(bytes.subarray(start, start + size), bytes.subarray(maskAt, start));
    this.#takePayload(first & 0x0f, payload, (first & 0x80) !== 0);
    return start + size;
  }

  #takePayload(opcode: number, payload: Buffer, isLast: boolean): void {
    if (opcode === CLOSE) this.#isClosing = true;
    if (opcode > 0x7) return;
    if (opcode !== GOES_ON) this.#text = opcode === TEXT ? [] : undefined;
    this.#text?.push(payload);
    if (!isLast || this.#text === undefined) return;
    this.#onText(Buffer.concat(this.#text));
    this.#text = undefined;
  }
}

/** A payload as it was meant; without a mask, as a server sends it, it is that already. */
function unmasked(payload: Buffer, mask: Buffer): Buffer {
  if (mask.length === 0) return Buffer.from(payload);
  return Buffer.from(payload.map((byte, index) => byte ^ (mask[index % MASK_BYTES] ?? 0)));
}
